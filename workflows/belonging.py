"""Which of the configured user groups somebody belongs to. Slack page: usergroups.users.list.

Asked for before a change begins, as nothing may wait for Slack inside it; remembered for a few minutes.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from storage import known
from workflows.permissions import who_may
from workflows.ports import SlackTrouble
from workflows.services import Asker, Services

FRESH_FOR: Final = timedelta(minutes=5)


async def groups_of(services: Services, asker: Asker) -> frozenset[str]:
    """Those user groups that may do what is asked for and that the asker is in."""
    wanted = [word for word in who_may(services.policy, asker.verb) if word.startswith("S")] if asker.verb else []
    return frozenset([group for group in wanted if asker.user_id in await people_in(services, group)])


async def people_in(services: Services, group: str) -> Sequence[str]:
    """The group's members; when Slack does not answer, those that it named last; nobody, if it never did."""
    key, now = f"usergroup:{group}", services.clock.now()
    async with services.database.read() as session:
        found = await known.value(session, key)
    at, users = json.loads(found) if found is not None else ("", [])
    if at and now - datetime.fromisoformat(str(at)) < FRESH_FOR:
        return [str(user) for user in users]
    try:
        users = list(await services.slack.groups.members(group))
    except SlackTrouble:
        return [str(user) for user in users]
    async with services.database.write() as session:
        await known.keep(session, key, json.dumps([now.isoformat(), users]))
    return users
