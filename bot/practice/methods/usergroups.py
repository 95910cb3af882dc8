"""usergroups.list, usergroups.users.list: on paid plans only."""

from collections.abc import Mapping

from bot.practice.methods.call import Call, Json, Method, Refused


def listing(call: Call) -> Json:
    _paid(call)
    with_users, with_count = call.flag("include_users"), call.flag("include_count")
    groups = [
        group.to_json(with_users=with_users, with_count=with_count)
        for group in call.state.usergroups.values()
        if not group.disabled or call.flag("include_disabled")
    ]
    return {"usergroups": groups}


def users(call: Call) -> Json:
    _paid(call)
    group = call.state.usergroups.get(call.required("usergroup"))
    if group is None or (group.disabled and not call.flag("include_disabled")):
        raise Refused("no_such_subteam")
    return {"users": list(group.members)}


def _paid(call: Call) -> None:
    if call.state.plan == "free":
        raise Refused("plan_upgrade_required")


METHODS: Mapping[str, Method] = {
    "usergroups.list": Method(run=listing, scopes=("usergroups:read",), tier=2, takes_json=False),
    "usergroups.users.list": Method(run=users, scopes=("usergroups:read",), tier=2, takes_json=False),
}
