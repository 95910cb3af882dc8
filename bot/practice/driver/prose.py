"""What Slack makes of text that people type: mentions, channels, links, escaping, rich text.

Source: docs.slack.dev "Formatting message text", "Implementing slash commands" (escaping).
"""

import re
from typing import Any

from bot.practice.state.store import State

Json = dict[str, Any]
WORD = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)\]'\"])|(?<![\w@])@(?P<at>[\w.\-]+\w)|(?<![\w#&])#(?P<channel>[\w\-]+)"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+\-]+):"
)
BROADCASTS = ("here", "channel", "everyone")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Prose:
    """Typed text, cut into plain pieces and things that Slack recognises."""

    def __init__(self, state: State, text: str) -> None:
        self._state = state
        self.elements = self._cut(text)

    def _cut(self, text: str) -> list[Json]:
        found: list[Json] = []
        end = 0
        for match in WORD.finditer(text):
            element = self._recognised(match)
            if element is None:
                continue
            if match.start() > end:
                found.append({"type": "text", "text": text[end : match.start()]})
            found.append(element)
            end = match.end()
        if end < len(text):
            found.append({"type": "text", "text": text[end:]})
        return found

    def _recognised(self, match: re.Match[str]) -> Json | None:
        if match["url"]:
            return {"type": "link", "url": match["url"]}
        if match["emoji"]:
            return {"type": "emoji", "name": match["emoji"]}
        if match["channel"]:
            channel = self._state.channel_named(match["channel"])
            return {"type": "channel", "channel_id": channel.id} if channel else None
        return self._mentioned(match["at"])

    def _mentioned(self, handle: str) -> Json | None:
        if handle in BROADCASTS:
            return {"type": "broadcast", "range": handle}
        for user in self._state.users.values():
            if user.handle == handle:
                return {"type": "user", "user_id": user.id}
        for group in self._state.usergroups.values():
            if group.handle == handle:
                return {"type": "usergroup", "usergroup_id": group.id}
        return None

    def as_message(self) -> tuple[str, list[Json]]:
        """The `text` and `blocks` of a message that a person sends."""
        text = "".join(self._message_text(element) for element in self.elements)
        section = {"type": "rich_text_section", "elements": self.elements}
        return text, [{"type": "rich_text", "elements": [section]}] if self.elements else []

    def _message_text(self, element: Json) -> str:
        kind = element["type"]
        if kind == "user":
            return f"<@{element['user_id']}>"
        if kind == "usergroup":
            return f"<!subteam^{element['usergroup_id']}>"
        if kind == "channel":
            return f"<#{element['channel_id']}|>"
        return self._common_text(element)

    def as_command(self) -> str:
        """The `text` of a slash command with `should_escape`."""
        return "".join(self._command_text(element) for element in self.elements)

    def _command_text(self, element: Json) -> str:
        kind = element["type"]
        if kind == "user":
            return f"<@{element['user_id']}|{self._state.users[element['user_id']].handle}>"
        if kind == "usergroup":
            handle = self._state.usergroup_handle(element["usergroup_id"])
            return f"<!subteam^{element['usergroup_id']}|@{handle}>"
        if kind == "channel":
            channel = self._state.channels[element["channel_id"]]
            return f"<#{channel.id}|{'' if channel.is_private else channel.name}>"
        return self._common_text(element)

    def _common_text(self, element: Json) -> str:
        kind = element["type"]
        if kind == "broadcast":
            return f"<!{element['range']}>"
        if kind == "link":
            return f"<{escape(element['url'])}>"
        if kind == "emoji":
            return f":{element['name']}:"
        return escape(element["text"])
