"""The adapter for user groups. Slack pages: usergroups.users.list, usergroups.list."""

from collections.abc import Sequence

from bot.slack_calls import Calls


class SlackGroups:
    """Satisfies `workflows.ports.Groups`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def members(self, group_id: str) -> Sequence[str]:
        answer = await self._calls.call("usergroups.users.list", usergroup=group_id)
        return tuple(str(user) for user in answer.get("users") or ())
