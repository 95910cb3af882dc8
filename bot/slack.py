"""The adapters behind `workflows.ports`: Slack's Web API, by noun. What a repeat does is said at the port."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp

from bot.slack_calls import Calls, pause_asked
from bot.slack_groups import SlackGroups
from bot.slack_messages import heard
from bot.slack_people import SlackPeople
from workflows.ports import Busy, Channel, Heard, Page, Post, Refused, Slack, Unclear
from workflows.words import clipped, in_line

TEXT_LIMIT: Final = 3900  # chat.update refuses more than 4,000 characters
EVENT_TYPE: Final = "sitrep_step"
MOST_INVITED_AT_ONCE: Final = 100
PAGE: Final = 200
DIRECT: Final = ("U", "W")  # how a person's id begins; posting to it is a direct message
CLOCKS_DIFFER: Final = timedelta(hours=2)  # between ours, which may have jumped, and Slack's
# Why one person cannot be invited, while others may. Slack page: conversations.invite.
ABOUT_ONE_PERSON: Final = frozenset(
    {
        "already_in_channel",
        "cant_invite",
        "cant_invite_self",
        "no_external_invite_permission",
        "org_user_not_in_team",
        "ura_max_channels",
        "user_is_restricted",
        "user_not_found",
    }
)


class SlackChannels:
    """Satisfies `workflows.ports.Channels`."""

    def __init__(self, calls: Calls, bot_user_id: str) -> None:
        self._calls = calls
        self._bot_user_id = bot_user_id

    async def create(self, name: str, *, private: bool) -> Channel:
        answer = await self._calls.call("conversations.create", name=name, is_private=private)
        return channel_of(answer["channel"])

    async def find_own(self, name: str) -> Channel | None:
        found = self._calls.pages(
            "users.conversations",
            "channels",
            types="public_channel,private_channel",
            limit=PAGE,
            exclude_archived=True,
        )
        async for raw in found:
            if raw.get("name") == name and raw.get("creator") == self._bot_user_id:
                return channel_of(raw)
        return None

    async def info(self, channel_id: str) -> Channel:
        return channel_of((await self._calls.call("conversations.info", channel=channel_id))["channel"])

    async def find(self, name: str) -> Channel | None:
        found = self._calls.pages("conversations.list", "channels", limit=PAGE, exclude_archived=True)
        async for raw in found:
            if raw.get("name") == name:
                return channel_of(raw)
        return None

    async def invite(self, channel_id: str, users: Sequence[str]) -> Mapping[str, str]:
        wanted = [user for user in dict.fromkeys(users) if user != self._bot_user_id]
        refused: dict[str, str] = {}
        for start in range(0, len(wanted), MOST_INVITED_AT_ONCE):
            refused.update(await self._invite(channel_id, wanted[start : start + MOST_INVITED_AT_ONCE]))
        return {user: reason for user, reason in refused.items() if reason != "already_in_channel"}

    async def _invite(self, channel_id: str, users: Sequence[str]) -> dict[str, str]:
        try:
            answer = await self._calls.call("conversations.invite", channel=channel_id, users=users, force=True)
        except Refused as refused:
            if len(users) > 1 and refused.error in ABOUT_ONE_PERSON:
                return await self._invite_each(channel_id, users)
            return dict.fromkeys(users, refused.error)
        return {str(one.get("user")): str(one.get("error")) for one in answer.get("errors") or ()}

    async def _invite_each(self, channel_id: str, users: Sequence[str]) -> dict[str, str]:
        """When nobody could be invited, the answer gives one reason for all: ask for each person's own."""
        refused: dict[str, str] = {}
        for user in users:
            refused.update(await self._invite(channel_id, [user]))
        return refused

    async def members(self, channel_id: str) -> AsyncIterator[str]:
        found = self._calls.pages("conversations.members", "members", channel=channel_id, limit=PAGE)
        async for user in found:
            yield str(user)

    async def remove(self, channel_id: str, user_id: str) -> None:
        try:
            await self._calls.call("conversations.kick", channel=channel_id, user=user_id)
        except Refused as refused:
            if refused.error != "not_in_channel":
                raise

    async def set_topic(self, channel_id: str, topic: str) -> None:
        await self._calls.call("conversations.setTopic", channel=channel_id, topic=in_line(topic, 250))

    async def rename(self, channel_id: str, name: str) -> str:
        answer = await self._calls.call("conversations.rename", channel=channel_id, name=name)
        return str(answer["channel"]["name"])

    async def join(self, channel_id: str) -> None:
        await self._calls.call("conversations.join", channel=channel_id)


class SlackPosts:
    """Satisfies `workflows.ports.Posts`. Machine-made posts never unfurl and never turn bare words into pings."""

    def __init__(self, calls: Calls, session: aiohttp.ClientSession) -> None:
        self._calls = calls
        self._session = session

    async def post(self, channel_id: str, post: Post, *, key: str = "", thread_ts: str = "") -> str:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}} if key else None
        answer = await self._calls.call(
            "chat.postMessage",
            channel=channel_id,
            thread_ts=thread_ts or None,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
            **content(post),
        )
        return str(answer["ts"])

    async def find(
        self, channel_id: str, key: str, since: datetime, *, thread_ts: str = "", besides: str = ""
    ) -> str | None:
        if channel_id.startswith(DIRECT):
            channel_id = await self.open_direct(channel_id)
        found = self._calls.pages(
            "conversations.replies" if thread_ts else "conversations.history",
            "messages",
            channel=channel_id,
            ts=thread_ts or None,
            oldest=f"{(since - CLOCKS_DIFFER).timestamp():.6f}",
            include_all_metadata=True,
            limit=PAGE,
        )
        async for message in found:
            if carries(message, key) and message["ts"] != besides:
                return str(message["ts"])
        return None

    async def update(self, channel_id: str, ts: str, post: Post) -> None:
        await self._calls.call("chat.update", channel=channel_id, ts=ts, **content(post))

    async def delete(self, channel_id: str, ts: str) -> None:
        if channel_id.startswith(DIRECT):
            channel_id = await self.open_direct(channel_id)
        try:
            await self._calls.call("chat.delete", channel=channel_id, ts=ts)
        except Refused as refused:
            if refused.error != "message_not_found":
                raise

    async def whisper(self, channel_id: str, user_id: str, post: Post, *, thread_ts: str = "") -> None:
        await self._calls.call(
            "chat.postEphemeral", channel=channel_id, user=user_id, thread_ts=thread_ts or None, **content(post)
        )

    async def answer(self, response_url: str, post: Post) -> None:
        body = {"response_type": "ephemeral", "replace_original": False, **content(post)}
        try:
            async with self._session.post(response_url, json=body) as response:
                status, text = response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(f"response_url: {type(error).__name__}") from error
        if status == 429:
            raise Busy(timedelta(seconds=pause_asked(response.headers)))
        if status >= 500:
            raise Unclear(f"response_url: HTTP {status}")
        if status >= 400:
            raise Refused(text[:80] or f"http_{status}")

    async def open_direct(self, user_id: str) -> str:
        answer = await self._calls.call("conversations.open", users=user_id)
        return str(answer["channel"]["id"])

    async def permalink(self, channel_id: str, ts: str) -> str:
        answer = await self._calls.call("chat.getPermalink", channel=channel_id, message_ts=ts)
        return str(answer["permalink"])


class SlackDecor:
    """Satisfies `workflows.ports.Decor`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def pin(self, channel_id: str, ts: str) -> None:
        await self._unless("already_pinned", "pins.add", channel=channel_id, timestamp=ts)

    async def unpin(self, channel_id: str, ts: str) -> None:
        await self._unless("no_pin not_pinned", "pins.remove", channel=channel_id, timestamp=ts)

    async def bookmark(self, channel_id: str, title: str, url: str) -> str:
        listed = await self._calls.call("bookmarks.list", channel_id=channel_id)
        for one in listed.get("bookmarks") or ():
            if one.get("title") == title and one.get("link") == url:
                return str(one["id"])
            if title == one.get("title") or url == one.get("link"):
                return ""
        added = await self._calls.call("bookmarks.add", channel_id=channel_id, title=title, type="link", link=url)
        return str(added["bookmark"]["id"])

    async def change_bookmark(self, channel_id: str, bookmark_id: str, title: str, url: str) -> None:
        await self._calls.call("bookmarks.edit", channel_id=channel_id, bookmark_id=bookmark_id, title=title, link=url)

    async def remove_bookmark(self, channel_id: str, bookmark_id: str) -> None:
        await self._unless("not_found", "bookmarks.remove", channel_id=channel_id, bookmark_id=bookmark_id)

    async def react(self, channel_id: str, ts: str, name: str) -> None:
        await self._unless("already_reacted", "reactions.add", channel=channel_id, timestamp=ts, name=name)

    async def _unless(self, fine: str, method: str, **arguments: Any) -> None:
        """Call; the errors named in `fine` say that it was so already."""
        try:
            await self._calls.call(method, **arguments)
        except Refused as refused:
            if refused.error not in fine.split():
                raise


class SlackHistory:
    """Satisfies `workflows.ports.History`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def page(self, channel_id: str, *, after: str, before: str) -> Page:
        cursor, messages = "", []
        while True:
            answer = await self._calls.call(
                "conversations.history",
                channel=channel_id,
                oldest=after,
                latest=before,
                limit=PAGE,
                cursor=cursor or None,
            )
            messages += [heard(channel_id, message) for message in answer.get("messages") or ()]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if messages or not cursor:
                return Page(messages=messages, more=bool(cursor or answer.get("has_more")))

    async def replies(self, channel_id: str, thread_ts: str) -> AsyncIterator[Heard]:
        found = self._calls.pages("conversations.replies", "messages", channel=channel_id, ts=thread_ts, limit=PAGE)
        async for message in found:
            yield heard(channel_id, message)


class SlackFiles:
    """Satisfies `workflows.ports.Files`."""

    def __init__(self, calls: Calls, session: aiohttp.ClientSession, bot_user_id: str) -> None:
        self._calls = calls
        self._session = session
        self._bot_user_id = bot_user_id

    async def upload(self, channel_id: str, name: str, content: bytes, *, title: str, comment: str) -> str:
        ticket = await self._calls.call("files.getUploadURLExternal", filename=name, length=len(content))
        try:
            async with self._session.post(ticket["upload_url"], data=content) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unclear(f"upload: {type(error).__name__}") from error
        if status != 200:
            raise Unclear(f"upload: HTTP {status}")
        files = [{"id": ticket["file_id"], "title": title}]
        await self._calls.call(
            "files.completeUploadExternal", files=files, channel_id=channel_id, initial_comment=comment
        )
        return str(ticket["file_id"])

    async def find(self, channel_id: str, name: str) -> str | None:
        found = self._calls.pages("conversations.history", "messages", channel=channel_id, limit=PAGE)
        async for message in found:
            for file in message.get("files") or ():
                if file.get("name") == name and file.get("user") == self._bot_user_id:
                    return str(file["id"])
        return None

    async def canvas(self, channel_id: str, markdown: str) -> str:
        document = {"type": "markdown", "markdown": markdown}
        try:
            made = await self._calls.call(
                "conversations.canvases.create", channel_id=channel_id, document_content=document
            )
            return str(made["canvas_id"])
        except Refused as refused:
            if refused.error != "channel_canvas_already_exists":
                raise
        info = await self._calls.call("conversations.info", channel=channel_id)
        canvas_id = str(((info["channel"].get("properties") or {}).get("canvas") or {}).get("file_id") or "")
        change = {"operation": "replace", "document_content": document}
        await self._calls.call("canvases.edit", canvas_id=canvas_id, changes=[change])
        return canvas_id


class SlackViews:
    """Satisfies `workflows.ports.Views`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def open(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._calls.call("views.open", trigger_id=trigger_id, view=view)

    async def push(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        await self._calls.call("views.push", trigger_id=trigger_id, view=view)

    async def update(self, view_id: str, view: Mapping[str, Any]) -> None:
        try:
            await self._calls.call("views.update", view_id=view_id, view=view)
        except Refused as refused:
            if refused.error not in {"not_found", "view_not_found"}:
                raise

    async def publish(self, user_id: str, view: Mapping[str, Any]) -> None:
        await self._calls.call("views.publish", user_id=user_id, view=view)


def connect(calls: Calls, session: aiohttp.ClientSession, identity: Mapping[str, Any]) -> Slack:
    """All adapters as one value. `identity` is the answer to `auth.test`."""
    return Slack(
        channels=SlackChannels(calls, str(identity["user_id"])),
        posts=SlackPosts(calls, session),
        decor=SlackDecor(calls),
        history=SlackHistory(calls),
        files=SlackFiles(calls, session, str(identity["user_id"])),
        views=SlackViews(calls),
        people=SlackPeople(calls, identity),
        groups=SlackGroups(calls),
        user_id=str(identity["user_id"]),
        bot_id=str(identity.get("bot_id") or ""),
        team_url=str(identity.get("url") or ""),
    )


def channel_of(raw: Mapping[str, Any]) -> Channel:
    return Channel(
        id=str(raw["id"]),
        name=str(raw["name"]),
        is_private=bool(raw.get("is_private")),
        is_archived=bool(raw.get("is_archived")),
        is_member=bool(raw.get("is_member", True)),
        creator=str(raw.get("creator") or ""),
    )


def content(post: Post) -> dict[str, Any]:
    """Text and blocks; the text is cut to what `chat.update` takes as well."""
    return {"text": clipped(post.text, TEXT_LIMIT), "blocks": [dict(block) for block in post.blocks] or None}


def carries(message: Mapping[str, Any], key: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if isinstance(payload, str):
        payload = json.loads(payload)
    return metadata.get("event_type") == EVENT_TYPE and payload.get("key") == key
