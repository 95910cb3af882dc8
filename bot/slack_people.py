"""The adapter behind `workflows.ports.People`. Slack page: users.info, and the user object that it answers with."""

from collections.abc import Mapping
from typing import Any, Final

from bot.slack_calls import Calls
from workflows.ports import Profile

GUESTS: Final = ("is_restricted", "is_ultra_restricted", "is_stranger")


class SlackPeople:
    """Satisfies `workflows.ports.People`. `identity` is the answer to `auth.test`."""

    def __init__(self, calls: Calls, identity: Mapping[str, Any]) -> None:
        self._calls = calls
        self._identity = identity

    async def profile(self, user_id: str) -> Profile:
        user = (await self._calls.call("users.info", user=user_id))["user"]
        known = user.get("profile") or {}
        name = known.get("real_name") or user.get("real_name") or known.get("display_name") or user.get("name")
        return Profile(
            user_id=user_id,
            name=str(name or user_id),
            time_zone=str(user.get("tz") or "UTC"),
            is_bot=bool(user.get("is_bot")),
            is_guest=any(user.get(mark) for mark in GUESTS) or is_of_others(user, self._identity),
        )


def is_of_others(user: Mapping[str, Any], identity: Mapping[str, Any]) -> bool:
    """Whether somebody is of another company, in a channel that is shared with it: Slack calls them no stranger then.

    Within one organisation people of all its workspaces are our own.
    """
    own, team = identity.get("team_id"), user.get("team_id")
    if not own or not team or own == team:
        return False
    member = user.get("enterprise_user") or {}
    same = bool(identity.get("enterprise_id")) and member.get("enterprise_id") == identity["enterprise_id"]
    return not same and own not in (member.get("teams") or ())
