"""conversations.create, rename, archive, setTopic, setPurpose, info, list, open."""

from collections.abc import Mapping

from bot.practice.limits.names import TOPIC_LONGEST, name_problem
from bot.practice.methods.call import (
    MANAGE,
    READ,
    TOPIC,
    Call,
    Family,
    Json,
    Method,
    Refused,
    any_of,
)
from bot.practice.methods.pages import page
from bot.practice.state import membership
from bot.practice.state.channels import Channel, Kind

TYPES: Mapping[str, Kind] = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
    "mpim": "mpim",
}


def as_seen(call: Call, channel: Channel) -> Json:
    return {"channel": channel.to_json(reader=call.bot)}


def create(call: Call) -> Json:
    name = call.text("name")
    kind: Kind = "group" if call.flag("is_private") else "channel"
    call.need(*MANAGE[kind])
    _check_name(call, name)
    return as_seen(call, membership.create(call.state, name=name, kind=kind, by=call.bot))


def _check_name(call: Call, name: str, *, holder: Channel | None = None) -> None:
    problem = name_problem(name)
    if problem:
        raise Refused(problem)
    taken = call.state.channel_named(name)
    handles = {group.handle for group in call.state.usergroups.values()}
    handles |= {user.handle for user in call.state.users.values()}
    if (taken is not None and taken is not holder) or name in handles:
        raise Refused("name_taken")


def rename(call: Call) -> Json:
    channel = _open_and_joined(call, MANAGE)
    name = "-".join(call.text("name").lower().split())
    _check_name(call, name, holder=channel)
    if channel.creator != call.bot:
        raise Refused("not_authorized")
    if name != channel.name:
        membership.rename(call.state, channel, name, call.bot)
    return as_seen(call, channel)


def archive(call: Call) -> Json:
    channel = call.channel(needs=MANAGE)
    _only_channels(channel)
    if channel.is_archived:
        raise Refused("already_archived")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    if channel.is_general:
        raise Refused("cant_archive_general")
    membership.archive(call.state, channel, call.bot)
    return {}


def unarchive(call: Call) -> Json:
    """Bot tokens cannot do this: Slack documents that the call answers `not_in_channel`."""
    channel = call.channel(needs=MANAGE)
    raise Refused("not_in_channel" if channel.is_archived else "not_archived")


def set_topic(call: Call) -> Json:
    channel = _open_and_joined(call, TOPIC)
    topic = _short_enough(call.text("topic"))
    membership.set_topic(call.state, channel, topic, call.bot)
    return as_seen(call, channel)


def set_purpose(call: Call) -> Json:
    channel = _open_and_joined(call, TOPIC)
    purpose = _short_enough(call.text("purpose"))
    membership.set_purpose(call.state, channel, purpose, call.bot)
    return as_seen(call, channel) | {"purpose": purpose}


def _short_enough(text: str) -> str:
    if len(text) > TOPIC_LONGEST:
        raise Refused("too_long")
    return text


def _open_and_joined(call: Call, needs: Family) -> Channel:
    channel = call.channel(needs=needs)
    _only_channels(channel)
    if channel.is_archived:
        raise Refused("is_archived")
    if call.bot not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _only_channels(channel: Channel) -> None:
    if channel.kind == "im":
        raise Refused("method_not_supported_for_channel_type")


def info(call: Call) -> Json:
    channel = call.channel(needs=READ)
    return {"channel": channel.to_json(reader=call.bot, with_count=call.flag("include_num_members"))}


def listing(call: Call) -> Json:
    kinds = wanted_kinds(call, default="public_channel")
    everything = [
        channel
        for channel in call.state.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or call.bot in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    part, metadata = page(call, everything, default=100, most=1000)
    return {"channels": [_listed(call, channel) for channel in part], **metadata}


def _listed(call: Call, channel: Channel) -> Json:
    return channel.to_json(reader=call.bot, with_count=channel.kind in ("channel", "group"))


def wanted_kinds(call: Call, *, default: str) -> set[Kind]:
    """The `types` argument as kinds; each needs its own read scope."""
    kinds: set[Kind] = set()
    for name in (call.text("types") or default).split(","):
        kind = TYPES.get(name.strip())
        if kind is None:
            raise Refused("invalid_types")
        call.need(*READ[kind])
        kinds.add(kind)
    return kinds


def open_direct(call: Call) -> Json:
    if call.text("channel"):
        return as_seen(call, call.channel())
    users = call.listed("users")
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 8:
        raise Refused("too_many_users")
    call.need("im:write" if len(users) == 1 else "mpim:write")
    _check_reachable(call, users)
    channel = call.state.direct_channel([call.bot, *users])
    found = channel.to_json(reader=call.bot) if call.flag("return_im") else {"id": channel.id}
    return {"channel": found}


def _check_reachable(call: Call, users: list[str]) -> None:
    for user_id in users:
        user = call.state.users.get(user_id)
        if user is None:
            raise Refused("user_not_found")
        if user.deleted:
            raise Refused("user_disabled")


METHODS: Mapping[str, Method] = {
    "conversations.create": Method(run=create, scopes=any_of(MANAGE), tier=2),
    "conversations.rename": Method(run=rename, scopes=any_of(MANAGE), tier=2),
    "conversations.archive": Method(run=archive, scopes=any_of(MANAGE), tier=2),
    "conversations.unarchive": Method(run=unarchive, scopes=any_of(MANAGE), tier=2),
    "conversations.setTopic": Method(run=set_topic, scopes=any_of(TOPIC), tier=2),
    "conversations.setPurpose": Method(run=set_purpose, scopes=any_of(TOPIC), tier=2),
    "conversations.info": Method(run=info, scopes=any_of(READ), tier=3, takes_json=False),
    "conversations.list": Method(run=listing, scopes=any_of(READ), tier=2, takes_json=False),
    "conversations.open": Method(run=open_direct, scopes=("im:write", "mpim:write"), tier=3),
}
