"""Near misses as they leave for a review: JSON for scripts, Markdown for people. Pure; secrets are masked."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from storage.models import NearMiss
from workflows import markdown
from workflows.export import iso, json_lines
from workflows.masking import Mask
from workflows.policy import Policy
from workflows.postmortem_facts import day
from workflows.words import PERSON, mentioned


def people_in(found: Sequence[NearMiss]) -> frozenset[str]:
    """The Slack ids of everybody who reported, reviewed or was named."""
    ids = {user for one in found for user in (one.reported_by, one.reviewed_by or "")}
    ids |= {user for one in found for text in (one.text, one.review) for user in mentioned(text)}
    return frozenset(user for user in ids if PERSON.fullmatch(f"<@{user}>"))


def as_json(found: Sequence[NearMiss], names: Mapping[str, str], _policy: Policy) -> str:
    """One object, one line per near miss. Times are ISO 8601 in UTC, people are Slack ids, texts as Slack has them."""
    mask = Mask()
    rows = json_lines([facts(one, mask) for one in found])
    known = json.dumps(dict(sorted(names.items())), ensure_ascii=False)
    return f'{{\n"near_misses": {rows},\n"masked": {mask.count},\n"names": {known}\n}}\n'


def facts(one: NearMiss, mask: Mask) -> dict[str, Any]:
    """`review` says what came of looking at it; it is empty, and `reviewed_at` null, until somebody has."""
    return {
        "ref": one.ref,
        "text": mask(one.text),
        "service": one.service,
        "happened_at": iso(one.happened_at),
        "reported_at": iso(one.reported_at),
        "reported_by": one.reported_by,
        "reviewed_at": iso(one.reviewed_at),
        "reviewed_by": one.reviewed_by,
        "review": mask(one.review),
    }


def as_markdown(found: Sequence[NearMiss], names: Mapping[str, str], policy: Policy) -> str:
    """For the meeting in which they are looked at: those that wait first."""
    waiting = sum(one.reviewed_at is None for one in found)
    head = f"# Near misses\n\n{len(found)} on record, {waiting} not reviewed yet.\n"
    mask = Mask()
    return "\n".join([head, *(chapter(one, names, policy, mask) for one in found)])


def chapter(one: NearMiss, names: Mapping[str, str], policy: Policy, mask: Mask) -> str:
    at = (one.happened_at or one.reported_at).astimezone(policy.time_zone)
    about = f" · {markdown.titled(one.service)}" if one.service else ""
    who = markdown.titled(names.get(one.reported_by, one.reported_by))
    lines = [f"## {one.ref} · {day(at)}, {at:%H:%M}{about}", "", markdown.paragraphs(mask(one.text), names), ""]
    lines += [f"Reported by {who}.", ""]
    if one.reviewed_at is None:
        return "\n".join([*lines, "**Not reviewed yet.** What would have made luck unnecessary?", ""])
    reviewer = markdown.titled(names.get(one.reviewed_by or "", one.reviewed_by or ""))
    on = day(one.reviewed_at.astimezone(policy.time_zone))
    return "\n".join(
        [*lines, f"**Reviewed** by {reviewer} on {on}:", "", markdown.paragraphs(mask(one.review), names), ""]
    )


FORMATS: Final[Mapping[str, Callable[[Sequence[NearMiss], Mapping[str, str], Policy], str]]] = MappingProxyType(
    {"md": as_markdown, "json": as_json}
)
