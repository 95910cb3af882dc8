"""Deeds on files: upload, and share in a conversation, which Slack does a moment later.

Source: docs.slack.dev "Working with files", `files.completeUploadExternal`.
"""

from collections.abc import Sequence
from typing import Any

from bot.practice.state import posting
from bot.practice.state.channels import Channel
from bot.practice.state.files import File
from bot.practice.state.messages import Message
from bot.practice.state.store import State

Json = dict[str, Any]


def new_file(state: State, *, name: str, user: str, size: int, content: bytes | None = None) -> File:
    """A file that is known but not shared yet; complete if its content is given."""
    file = File(
        id=state.numbers.new_id("F"),
        name=name,
        title=name,
        user=user,
        team_id=state.account.team_id,
        created=state.numbers.seconds(),
        size=size,
        host=state.host,
        content=content,
        complete=content is not None,
    )
    state.files[file.id] = file
    return file


def share(state: State, files: Sequence[File], channel: Channel, user: str, **fields: Any) -> Message:
    """Post files as one message and tell the app of it. `fields` are those of `Message`."""
    extra = {"upload": True, "display_as_bot": False, **fields.pop("extra", {})}
    message = posting.post(
        state,
        channel,
        user=user,
        subtype=fields.pop("subtype", "file_share"),
        files=[file.to_json() for file in files],
        extra=extra,
        **fields,
    )
    for file in files:
        file.channel = channel
        file.shares.append((channel, message.ts))
        _tell(state, file, channel, user)
    message.files = [file.to_json() for file in files]
    return message


def _tell(state: State, file: File, channel: Channel, user: str) -> None:
    event: Json = {"type": "file_shared", "file_id": file.id, "user_id": user, "file": {"id": file.id}}
    state.publish(event | {"channel_id": channel.id, "event_ts": state.numbers.new_ts()}, channel)
