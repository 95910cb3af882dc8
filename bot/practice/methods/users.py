"""users.info, list, lookupByEmail, conversations, getPresence."""

from collections.abc import Mapping

from bot.practice.methods.call import READ, Call, Json, Method, Refused, any_of
from bot.practice.methods.conversations import wanted_kinds
from bot.practice.methods.pages import page


def info(call: Call) -> Json:
    return {"user": call.user_json(call.user())}


def listing(call: Call) -> Json:
    part, metadata = page(call, list(call.state.users.values()), default=200, most=1000)
    members = [call.user_json(user) for user in part]
    return {"members": members, "cache_ts": call.state.numbers.seconds(), **metadata}


def lookup(call: Call) -> Json:
    wanted = call.required("email").lower()
    for user in call.state.users.values():
        if (user.email or "").lower() == wanted and not user.deleted:
            return {"user": call.user_json(user)}
    raise Refused("users_not_found")


def conversations(call: Call) -> Json:
    """What somebody is in; of others' private conversations only those that the app shares."""
    kinds = wanted_kinds(call, default="public_channel")
    who = call.text("user") or call.bot
    if who not in call.state.users:
        raise Refused("user_not_found")
    found = [
        channel
        for channel in call.state.channels.values()
        if channel.kind in kinds
        and who in channel.members
        and (not channel.is_private or call.bot in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    part, metadata = page(call, found, default=100, most=1000)
    channels = [channel.to_json(reader=call.bot) for channel in part]
    for channel in channels:
        channel.pop("is_member", None)
    return {"channels": channels, **metadata}


def presence(call: Call) -> Json:
    user = call.user()
    return {"presence": "away" if user.deleted else "active"}


METHODS: Mapping[str, Method] = {
    "users.info": Method(run=info, scopes=("users:read",), tier=4, takes_json=False),
    "users.list": Method(run=listing, scopes=("users:read",), tier=2, takes_json=False),
    "users.lookupByEmail": Method(run=lookup, scopes=("users:read.email",), tier=3, takes_json=False),
    "users.conversations": Method(run=conversations, scopes=any_of(READ), tier=3, takes_json=False),
    "users.getPresence": Method(run=presence, scopes=("users:read",), tier=3, takes_json=False),
}
