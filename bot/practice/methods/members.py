"""conversations.invite, join, leave, kick, members: who is in a channel."""

from collections.abc import Mapping

from bot.practice.methods.call import INVITES, MANAGE, READ, Call, Json, Method, Refused, any_of
from bot.practice.methods.conversations import as_seen
from bot.practice.methods.pages import page
from bot.practice.state import membership
from bot.practice.state.channels import Channel


def invite(call: Call) -> Json:
    """One bad id refuses them all unless `force`, which invites the others and lists the errors."""
    channel = call.channel(needs=INVITES)
    if channel.kind == "im":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    users = call.listed("users")
    if not users:
        raise Refused("no_user")
    problems = {user: problem for user in users if (problem := _problem(call, channel, user))}
    errors = [{"user": user, "ok": False, "error": problem} for user, problem in problems.items()]
    if errors and (not call.flag("force") or len(errors) == len(users)):
        raise Refused(next(iter(problems.values())), errors=errors)
    for user in users:
        if user not in problems:
            membership.join(call.state, channel, user, inviter=call.bot)
    return as_seen(call, channel) | ({"errors": errors} if errors else {})


def _problem(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.state.users.get(user_id)
    if user is None or user.deleted:
        return "user_not_found"
    if user_id == call.bot:
        return "cant_invite_self"
    if user_id in channel.members:
        return "already_in_channel"
    if user.one_channel and _rooms_of(call, user_id):
        return "ura_max_channels"
    return None


def _rooms_of(call: Call, user_id: str) -> list[Channel]:
    rooms = (channel for channel in call.state.channels.values() if channel.kind in ("channel", "group"))
    return [channel for channel in rooms if user_id in channel.members]


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot in channel.members:
        warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return as_seen(call, channel) | warned
    membership.join(call.state, channel, call.bot)
    return as_seen(call, channel)


def leave(call: Call) -> Json:
    channel = call.channel(needs=MANAGE)
    if channel.is_archived:
        raise Refused("is_archived")
    if channel.is_general:
        raise Refused("cant_leave_general")
    if call.bot not in channel.members:
        return {"not_in_channel": True}
    membership.leave(call.state, channel, call.bot)
    return {}


def kick(call: Call) -> Json:
    channel = call.joined(needs=MANAGE)
    user = call.user()
    if user.id == call.bot:
        raise Refused("cant_kick_self")
    if channel.is_general:
        raise Refused("cant_kick_from_general")
    if user.id not in channel.members:
        raise Refused("not_in_channel")
    membership.leave(call.state, channel, user.id)
    return {}


def members(call: Call) -> Json:
    channel = call.channel(needs=READ)
    part, metadata = page(call, list(channel.members), default=100, most=1000)
    return {"members": part, **metadata}


METHODS: Mapping[str, Method] = {
    "conversations.invite": Method(run=invite, scopes=any_of(INVITES), tier=3),
    "conversations.join": Method(run=join, scopes=("channels:join",), tier=3),
    "conversations.leave": Method(run=leave, scopes=any_of(MANAGE), tier=3),
    "conversations.kick": Method(run=kick, scopes=any_of(MANAGE), tier=3),
    "conversations.members": Method(run=members, scopes=any_of(READ), tier=4, takes_json=False),
}
