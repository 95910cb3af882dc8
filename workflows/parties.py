"""Who is to be brought into an incident without being named one by one: people and user groups, with what they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from storage.models import Incident
from workflows.drills import may_reach_out
from workflows.policy import Policy
from workflows.words import escape

if TYPE_CHECKING:
    from workflows.change import Change

KIND: Final = "groups"  # the run that brings them in


@dataclass(frozen=True, kw_only=True)
class Party:
    """People who are brought in together: `title` says who they are, for example `the owner of Checkout`.

    `groups` are user group ids, or as people type them: `<!subteam^S…|@payments>`. `by_rule`: nobody has named them.
    """

    title: str
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    by_rule: bool = False

    @classmethod
    def of(cls, title: str, ids: Iterable[str], *, by_rule: bool = False) -> "Party":
        """Member ids and user group ids, mixed as the configuration has them."""
        known = tuple(dict.fromkeys(ids))
        users = tuple(one for one in known if not one.startswith("S"))
        groups = tuple(one for one in known if one.startswith("S"))
        return cls(title=title, users=users, groups=groups, by_rule=by_rule)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Party":
        """As it was kept with a run or a row."""
        by_rule = bool(stored.get("by_rule", False))
        return cls(title=stored["title"], users=tuple(stored["users"]), groups=tuple(stored["groups"]), by_rule=by_rule)

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def wanted(incident: Incident, policy: Policy) -> list[Party]:
    """Who belongs into an incident without being named. A private one, and a drill, is for those alone who are."""
    if incident.private or not may_reach_out(incident):
        return []
    severity = policy.severity(incident.severity)
    found = [
        owner(incident, policy),
        Party.of(f"those invited to every {escape(severity.level)}", severity.invite, by_rule=True)
        if severity
        else None,
        Party.of("those invited to every incident", policy.invite, by_rule=True),
    ]
    return [party for party in found if party is not None and (party.users or party.groups)]


def owner(incident: Incident, policy: Policy) -> Party | None:
    """The owner of the affected service, as far as the catalogue names one."""
    service = policy.service(incident.service or "")
    if service is None or not service.owner or incident.private or not may_reach_out(incident):
        return None
    return Party.of(f"the owner of {escape(service.name)}", service.owner, by_rule=True)


def called_for(incident: Incident, groups: Sequence[str], policy: Policy) -> list[Party]:
    """Those, and the user groups that somebody named when declaring."""
    named = [Party(title="named when it was declared", groups=tuple(groups))] if groups else []
    return [*named, *wanted(incident, policy)]


async def owe(made: "Change", key: str, parties: Sequence[Party]) -> None:
    """Have them brought in once the channel exists; nothing waits for it."""
    if parties:
        args = {"parties": [party.stored() for party in parties]}
        await made.owe(KIND, f"{made.incident.id}:{key}", args, lane=f"{KIND}:{made.incident.id}")
