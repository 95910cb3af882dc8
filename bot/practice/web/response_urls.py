"""The response URL's door: answers to an interaction, up to five in half an hour.

Source: docs.slack.dev "Handling user interaction", "Slash commands".
"""

import json
from typing import Any

from aiohttp import web

from bot.practice.limits.blocks import block_problems
from bot.practice.state import posting
from bot.practice.state.channels import Channel
from bot.practice.state.messages import Ephemeral, Message
from bot.practice.state.store import State
from bot.practice.state.tickets import ResponseUrl

Json = dict[str, Any]


async def read_body(request: web.Request) -> Json | None:
    """The JSON that was posted, as itself or in a form's `payload`."""
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", ""))
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def use(state: State, key: str, body: Json | None) -> tuple[int, str]:
    """Do what the post asks; the HTTP status and `ok` or the error."""
    if body is None:
        return 400, "invalid_payload"
    problem = refuse(body)
    if problem:
        return 400, problem
    found = state.tickets.use_response_url(key)
    if not isinstance(found, ResponseUrl):
        return 404, found
    _apply(state, found, body)
    return 200, "ok"


def refuse(body: Json) -> str | None:
    """Why Slack would not show this answer, if so."""
    if body.get("delete_original"):
        return None
    if not body.get("text") and not body.get("blocks") and not body.get("attachments"):
        return "no_text"
    if block_problems(body.get("blocks") or [], surface="message"):
        return "invalid_blocks"
    return None


def _apply(state: State, ticket: ResponseUrl, body: Json) -> None:
    origin = ticket.origin
    if body.get("delete_original") and origin is not None:
        _remove(state, origin)
    elif body.get("replace_original") and origin is not None:
        _replace(state, origin, body)
    elif not body.get("delete_original"):
        show(state, ticket.channel, ticket.user, body)


def _remove(state: State, origin: Message | Ephemeral) -> None:
    if isinstance(origin, Message):
        posting.delete(state, origin)
    elif origin in state.ephemerals:
        state.ephemerals.remove(origin)
        state.changes.notify()


def _replace(state: State, origin: Message | Ephemeral, body: Json) -> None:
    text, blocks = str(body.get("text") or ""), list(body.get("blocks") or [])
    if isinstance(origin, Message):
        posting.edit(state, origin, text=text, blocks=blocks)
        return
    origin.text, origin.blocks = text, posting.with_ids(blocks, state)
    if origin not in state.ephemerals:
        state.ephemerals.append(origin)
    state.changes.notify()


def show(state: State, channel: Channel, user: str, body: Json) -> Message | Ephemeral:
    """Show an answer to everybody if it says so, else to the person alone."""
    text, blocks = str(body.get("text") or ""), list(body.get("blocks") or [])
    thread_ts = body.get("thread_ts")
    if body.get("response_type") != "in_channel":
        return posting.whisper(state, channel, user, text=text, blocks=blocks, thread_ts=thread_ts)
    return posting.post(
        state,
        channel,
        user=None,
        subtype="bot_message",
        text=text,
        blocks=blocks,
        thread_ts=thread_ts if thread_ts in channel.history else None,
        author={"bot_id": state.account.bot_id, "app_id": state.account.app_id},
    )
