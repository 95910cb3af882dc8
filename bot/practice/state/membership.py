"""Deeds on channels: who is in, what it is called and says of itself, when it closes.

Source: docs.slack.dev event pages `member_joined_channel`, `channel_rename`, `channel_archive` and the
`message` subtypes of the same names.
"""

from typing import Any

from bot.practice.state import posting
from bot.practice.state.channels import Channel, Kind
from bot.practice.state.store import State

Json = dict[str, Any]


def create(state: State, *, name: str, kind: Kind, by: str) -> Channel:
    """A new channel with its creator in it."""
    channel = state.add_channel(name=name, kind=kind, creator=by)
    if kind == "channel":
        about = {"id": channel.id, "name": name, "created": channel.created, "creator": by}
        state.publish(_event(state, "channel_created", channel=about), channel)
    join(state, channel, by)
    return channel


def join(state: State, channel: Channel, user: str, *, inviter: str | None = None) -> None:
    """Bring somebody in, with the line that everybody sees."""
    channel.members.add(user)
    invited: Json = {"inviter": inviter} if inviter else {}
    state.publish(
        _event(
            state,
            "member_joined_channel",
            user=user,
            channel=channel.id,
            channel_type=_letter(channel),
            team=state.account.team_id,
            **invited,
        ),
        channel,
    )
    serve(state, channel, user, "channel_join", f"<@{user}> has joined the channel", **invited)


def leave(state: State, channel: Channel, user: str) -> None:
    """Take somebody out, by themselves or by others."""
    serve(state, channel, user, "channel_leave", f"<@{user}> has left the channel")
    left = _event(
        state,
        "member_left_channel",
        user=user,
        channel=channel.id,
        channel_type=_letter(channel),
        team=state.account.team_id,
    )
    state.publish(left, channel)
    channel.members.remove(user)


def set_topic(state: State, channel: Channel, topic: str, by: str) -> None:
    """Change the topic; the same topic again is not announced."""
    if topic == channel.topic:
        return
    channel.topic, channel.topic_by, channel.topic_at = topic, by, state.numbers.seconds()
    text = f"set the channel topic: {topic}" if topic else "cleared the channel topic"
    serve(state, channel, by, "channel_topic", f"<@{by}> {text}", topic=topic)


def set_purpose(state: State, channel: Channel, purpose: str, by: str) -> None:
    """Change the description; the same one again is not announced."""
    if purpose == channel.purpose:
        return
    channel.purpose, channel.purpose_by, channel.purpose_at = purpose, by, state.numbers.seconds()
    text = f"set the channel description: {purpose}" if purpose else "cleared the channel description"
    serve(state, channel, by, "channel_purpose", f"<@{by}> {text}", purpose=purpose)


def rename(state: State, channel: Channel, name: str, by: str) -> None:
    """Give a channel another name; its id stays."""
    old = channel.name
    channel.name = name
    channel.previous_names.insert(0, old)
    text = f'<@{by}> has renamed the channel from "{old}" to "{name}"'
    serve(state, channel, by, "channel_name", text, old_name=old, name=name)
    about = {"id": channel.id, "name": name, "name_normalized": name, "created": channel.created}
    about |= {"is_channel": not channel.is_private, "is_mpim": False}
    state.publish(_event(state, _twin(channel, "rename"), channel=about), channel)


def archive(state: State, channel: Channel, by: str) -> None:
    """Close a channel. Apps are dropped from it, so this is the last they hear."""
    serve(state, channel, by, "channel_archive", f"<@{by}> archived the channel", members=list(channel.members))
    channel.is_archived = True
    state.publish(_event(state, _twin(channel, "archive"), channel=channel.id, user=by), channel)
    for member in channel.members:
        if state.users[member].is_bot:
            channel.members.remove(member)
    state.changes.notify()


def unarchive(state: State, channel: Channel, by: str) -> None:
    """Open a channel again; apps have to be invited anew."""
    channel.is_archived = False
    serve(state, channel, by, "channel_unarchive", f"<@{by}> un-archived the channel")
    state.publish(_event(state, _twin(channel, "unarchive"), channel=channel.id, user=by), channel)


def make_private(state: State, channel: Channel, by: str) -> None:
    """Turn a public channel into a private one; id, name and members stay."""
    channel.kind = "group"
    serve(state, channel, by, "channel_convert_to_private", f"<@{by}> made this channel private")


def change_id(state: State, channel: Channel) -> None:
    """Give a channel another id, as Slack does when a private channel becomes shared."""
    old, channel.id = channel.id, state.numbers.new_id("C")
    state.channels = {one.id: one for one in state.channels.values()}
    state.publish(_event(state, "channel_id_changed", old_channel_id=old, new_channel_id=channel.id), channel)


def delete(state: State, channel: Channel) -> None:
    """Remove a channel; nobody finds it any more."""
    state.publish(_event(state, _twin(channel, "deleted"), channel=channel.id), channel)
    del state.channels[channel.id]
    state.changes.notify()


def serve(state: State, channel: Channel, user: str, subtype: str, text: str, **extra: Any) -> None:
    """Post the small grey line by which Slack tells everybody what somebody did."""
    if channel.kind in ("channel", "group"):
        posting.post(state, channel, user=user, text=text, subtype=subtype, extra=extra)


def _event(state: State, kind: str, **fields: Any) -> Json:
    return {"type": kind, **fields, "event_ts": state.numbers.new_ts()}


def _twin(channel: Channel, deed: str) -> str:
    return f"group_{deed}" if channel.is_private else f"channel_{deed}"


def _letter(channel: Channel) -> str:
    return "G" if channel.is_private else "C"
