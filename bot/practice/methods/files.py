"""files.getUploadURLExternal, files.completeUploadExternal, files.info, files.delete.

Between the first two the app posts the bytes to the upload URL, see `bot.practice.web.files`.
"""

from collections.abc import Mapping
from functools import partial

from bot.practice.methods.call import Call, Json, Method, Refused, invalid
from bot.practice.methods.composing import checked
from bot.practice.state import posting, sharing
from bot.practice.state.channels import Channel
from bot.practice.state.files import File


def get_upload_url(call: Call) -> Json:
    name = call.required("filename")
    length = call.number("length", 0, error="invalid_arguments")
    if length < 1:
        raise invalid("invalid_arguments", "must be greater than 0 [json-pointer:/length]")
    if len(call.text("alt_txt")) > 1000:
        raise Refused("alt_txt_too_large")
    file = sharing.new_file(call.state, name=name, user=call.bot, size=length)
    return {"upload_url": f"{call.state.host}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Finish and share. The message comes a moment later, so `shares` is still empty in this answer."""
    files = _uploaded(call)
    places = [_place(call, place) for place in _wanted_places(call)]
    blocks = call.json("blocks", "invalid_blocks") or []
    if blocks:
        checked(blocks)
    for file in files:
        file.complete = True
    for channel in places:
        call.state.later(partial(_share, call, files, channel, blocks))
    call.state.changes.notify()
    return {"files": [file.to_json() for file in files]}


def _uploaded(call: Call) -> list[File]:
    asked = call.json("files", "invalid_arguments")
    if not isinstance(asked, list) or not asked:
        raise invalid("invalid_arguments", "missing required field: files")
    found = []
    for entry in asked:
        file = call.state.files.get(str(entry.get("id")))
        if file is None or file.content is None or file.deleted or file.complete:
            raise Refused("file_not_found")
        file.title = str(entry.get("title") or file.name)
        found.append(file)
    return found


def _wanted_places(call: Call) -> list[str]:
    places = [*call.listed("channels"), *call.listed("channel_id")]
    if len(places) > 100:
        raise Refused("channels_limit_exceeded")
    return places


def _place(call: Call, place: str) -> Channel:
    if place in call.state.users:
        return call.state.direct_channel([call.bot, place])
    channel = call.state.channels.get(place)
    if channel is None or (channel.is_private and call.bot not in channel.members):
        raise Refused("channel_not_found")
    if channel.is_archived:
        raise Refused("posting_to_channel_denied")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _share(call: Call, files: list[File], channel: Channel, blocks: list[Json]) -> None:
    thread_ts = call.text("thread_ts")
    sharing.share(
        call.state,
        files,
        channel,
        call.bot,
        text=call.text("initial_comment"),
        blocks=blocks,
        thread_ts=thread_ts if thread_ts in channel.history else None,
        author=posting.bot_author(call.state),
    )


def info(call: Call) -> Json:
    file = _visible(call)
    return {"file": file.to_json(), "comments": [], "response_metadata": {"next_cursor": ""}}


def delete(call: Call) -> Json:
    file = _visible(call)
    if file.user != call.bot:
        raise Refused("cant_delete_file")
    file.deleted = True
    call.state.publish(
        {"type": "file_deleted", "file_id": file.id, "event_ts": call.state.numbers.new_ts()}, file.channel
    )
    return {}


def _visible(call: Call) -> File:
    file = call.state.files.get(call.required("file"))
    if file is None or not file.complete:
        raise Refused("file_not_found")
    if file.deleted:
        raise Refused("file_deleted")
    seen = any(not channel.is_private or call.bot in channel.members for channel, _ in file.shares)
    if file.user != call.bot and not seen:
        raise Refused("not_visible")
    return file


METHODS: Mapping[str, Method] = {
    "files.getUploadURLExternal": Method(run=get_upload_url, scopes=("files:write",), tier=4, takes_json=False),
    "files.completeUploadExternal": Method(run=complete_upload, scopes=("files:write",), tier=4),
    "files.info": Method(run=info, scopes=("files:read",), tier=4, takes_json=False),
    "files.delete": Method(run=delete, scopes=("files:write",), tier=3),
}
