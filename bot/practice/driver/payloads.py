"""The interaction payloads that Slack sends when people do things.

Source: docs.slack.dev "Interaction payloads", "Implementing slash commands".
"""

from typing import Any

from bot.practice.state import opening
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.people import User
from bot.practice.state.store import State
from bot.practice.state.views import Values, View

Json = dict[str, Any]
VERIFICATION_TOKEN = "practice-verification-token"


class Payloads:
    """Payloads on behalf of one person."""

    def __init__(self, state: State, user: User) -> None:
        self._state = state
        self._user = user
        self._chosen: dict[str, Values] = {}
        """What this person has chosen in messages, by the message's timestamp."""

    def command(self, name: str, text: str, channel: Channel) -> Json:
        account = self._state.account
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": account.team_id,
            "team_domain": account.domain,
            "channel_id": channel.id,
            "channel_name": channel_label(channel),
            "user_id": self._user.id,
            "user_name": self._user.handle,
            "command": name,
            "text": text,
            "api_app_id": account.app_id,
            "is_enterprise_install": "false",
            "response_url": self.response_url(channel, None),
            "trigger_id": self._state.new_trigger(self._user.id),
        }

    def response_url(self, channel: Channel, origin: Message | Ephemeral | None) -> str:
        key = self._state.numbers.new_id("R")
        self._state.tickets.new_response_url(key, channel=channel, user=self._user.id, origin=origin)
        return f"{self._state.host}/respond/{key}"

    def _interaction(self, kind: str) -> Json:
        account = self._state.account
        return {
            "type": kind,
            "user": {
                "id": self._user.id,
                "username": self._user.handle,
                "name": self._user.handle,
                "team_id": account.team_id,
            },
            "api_app_id": account.app_id,
            "token": VERIFICATION_TOKEN,
            "team": {"id": account.team_id, "domain": account.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self._state.new_trigger(self._user.id),
        }

    def block_action(self, action: Json, place: Message | Ephemeral | View) -> Json:
        """`action` is what was pressed or chosen; its time is filled in here."""
        action = action | {"action_ts": self._state.numbers.new_ts()}
        found = self._interaction("block_actions") | {"actions": [action]}
        if isinstance(place, View):
            container: Json = {"type": "view", "view_id": place.id}
            return found | {"container": container, "view": place.to_json()}
        return found | self._on_message(place, action)

    def _on_message(self, place: Message | Ephemeral, action: Json) -> Json:
        ephemeral = isinstance(place, Ephemeral)
        container: Json = {"type": "message", "message_ts": place.ts, "channel_id": place.channel.id}
        found: Json = {
            "container": container | {"is_ephemeral": ephemeral},
            "channel": {"id": place.channel.id, "name": channel_label(place.channel)},
            "state": {"values": self._values(place, action)},
            "response_url": self.response_url(place.channel, place),
        }
        if isinstance(place, Message):
            found["message"] = place.to_json()
            if place.thread_ts:
                container["thread_ts"] = place.thread_ts
        return found

    def _values(self, place: Message | Ephemeral, action: Json) -> Values:
        values = opening.entered_in(place.blocks, self._chosen.get(place.ts, {}))
        block_id, action_id, kind = action["block_id"], action["action_id"], action["type"]
        if action_id in values.get(block_id, {}):
            name = next(iter(opening.EMPTY[kind]))
            values[block_id][action_id] = {"type": kind, name: action.get(name)}
        self._chosen[place.ts] = values
        return values

    def suggestion(self, typed: str, block: Json, element: Json, view: View) -> Json:
        """What is asked while somebody types into an external select."""
        found = self._interaction("block_suggestion") | {"value": typed, "view": view.to_json()}
        found |= {"action_id": element["action_id"], "block_id": block["block_id"]}
        del found["trigger_id"]
        return found | {"container": {"type": "view", "view_id": view.id}}

    def shortcut(self, callback_id: str, on: Message | None) -> Json:
        kind = "message_action" if on else "shortcut"
        ts = self._state.numbers.new_ts()
        found = self._interaction(kind) | {"callback_id": callback_id, "action_ts": ts}
        if on is None:
            return found
        return found | {
            "channel": {"id": on.channel.id, "name": channel_label(on.channel)},
            "message_ts": on.ts,
            "message": on.to_json(),
            "response_url": self.response_url(on.channel, on),
        }

    def submission(self, view: View) -> Json:
        return self._interaction("view_submission") | {"view": view.to_json(), "response_urls": []}

    def closing(self, view: View, *, cleared: bool) -> Json:
        found = self._interaction("view_closed") | {"view": view.to_json(), "is_cleared": cleared}
        del found["trigger_id"]
        return found


def channel_label(channel: Channel) -> str:
    """The channel's name as interactions give it: private places are not named."""
    return {"group": "privategroup", "im": "directmessage"}.get(channel.kind, channel.name)
