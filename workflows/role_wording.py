"""What a role asks of whoever takes it: a text file for each role, ours or the team's, with a few placeholders.

Every line is a point, with or without a dash before it; lines that begin with `#` are for whoever edits the file.
Pure but for our own files.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz, process

from workflows.overview import Overview
from workflows.policy import ROLES, Policy
from workflows.words import duration, escape, person, safe

ENDING: Final = ".md"
MOST_POINTS: Final = 12
LONGEST: Final = 2000  # characters of a file: what is longer is not read when it is needed
PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")

# What a text may name, and what stands there.
PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ref": "INC-7",
        "title": "the incident's title",
        "severity": "SEV1",
        "channel": "a link to the incident's channel",
        "ic": "who is incident commander",
        "cadence": "“every 30 min”, or “whenever something changes”",
        "how_to_keep": "how a message gets onto the timeline, with the team's emoji",
        "how_to_find": "how a finding is marked, with the team's emoji",
    }
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a text, on which line (counted from 1)."""

    line: int
    sentence: str


@cache
def shipped() -> Mapping[str, str]:
    """Our own texts, by role."""
    folder = resources.files("workflows") / "role_texts"
    return MappingProxyType({role: (folder / f"{role}{ENDING}").read_text(encoding="utf-8") for role in ROLES})


def duties(role: str, view: Overview, policy: Policy) -> tuple[str, ...]:
    """What somebody in this role does and leaves to others, point by point. Slack-encoded."""
    text = policy.role_texts.get(role) or shipped()[role]
    known = values(view, policy)
    return tuple(filled(point, known) for _, point in points(text))


def points(text: str) -> Sequence[tuple[int, str]]:
    """The lines that are read, without their dashes, each with its number in the file."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    bare = ((number, re.sub(r"^[-*•]\s+", "", line)) for number, line in numbered if not line.startswith("#"))
    return [(number, line) for number, line in bare if line]


def filled(point: str, known: Mapping[str, str]) -> str:
    """A line with its placeholders filled in; it pings nobody but whom it names."""
    return PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), safe(point))


def values(view: Overview, policy: Policy) -> Mapping[str, str]:
    incident, every = view.incident, view.severity.update_every
    marks = {kind: f":{emoji}:" for emoji, kind in policy.reactions.items()}
    keep = f"{marks['key']} on a message puts it on the timeline" if "key" in marks else "`/incident note` keeps a line"
    return {
        "ref": incident.ref,
        "title": escape(incident.title),
        "severity": escape(incident.severity),
        "channel": f"<#{incident.channel_id}>" if incident.channel_id else "its channel",
        "ic": person(view.ic) if view.ic else "nobody yet",
        "cadence": f"every {duration(every)}" if every else "whenever something changes",
        "how_to_keep": keep,
        "how_to_find": f"Mark what you find with {marks['finding']}" if "finding" in marks else "Say what you find",
    }


def faults(text: str) -> list[Fault]:
    """Everything that would keep this text from being used, by line."""
    read = points(text)
    found = [
        Fault(line=number, sentence=f"{{{name}}} cannot be filled in{meant(name)}")
        for number, line in read
        for name in PLACEHOLDER.findall(line)
        if name not in PLACEHOLDERS
    ]
    if not read:
        found.append(Fault(line=1, sentence="says nothing; delete the file to use the text that ships with Sitrep"))
    if len(read) > MOST_POINTS:
        found.append(Fault(line=read[MOST_POINTS][0], sentence=f"is the {MOST_POINTS + 1}th point; {MOST_POINTS} fit"))
    if len(text) > LONGEST:
        found.append(Fault(line=1, sentence=f"has {len(text)} characters; {LONGEST} are read at such a moment at most"))
    return found


def meant(word: str) -> str:
    """The placeholder that was probably meant, else all of them."""
    close = process.extractOne(word, list(PLACEHOLDERS), scorer=fuzz.ratio, score_cutoff=60)
    if close is not None:
        return f"; did you mean {{{close[0]}}}?"
    return f"; there are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
