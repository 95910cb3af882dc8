"""The runbooks that there are: the team's folder as it is now, and the starters that ship with Sitrep.

A `git pull` in the folder is enough: a file is read again when it has changed. Which runbook fits is decided by the
service it is for, and by the rare words that its title, keywords and trigger share with an incident's.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Final

from anyascii import anyascii
from rapidfuzz import fuzz, process

from workflows import runbooks
from workflows.policy import Policy
from workflows.runbooks import Finding, Read, Runbook
from workflows.words import plain

LARGEST: Final = 500_000  # bytes; what is larger is no runbook
NOT_RUNBOOKS: Final = frozenset({"readme", "index", "contributing", "changelog", "license", "template", "security"})
SAME_WORD: Final = 88  # of 100: `databse` is `database`, `failing` is not `failover`
# Words that say nothing about which runbook fits.
COMMON: Final = """
    a an and are at be by down due error errors fail failed failing fails failover fix for from has high in
    incident into invalidation is issue issues it its mitigate mitigation not of off on or our out outage
    playbook problem procedure recovery restart runbook server servers service services slow than that the this
    to under up users we when with
"""
TITLE, KEYWORD, TRIGGER = 3, 3, 1  # how much a shared word counts
FITS: Final = 3
SERVICE: Final = 4
Stamp = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Everything that was read, by title. `trouble` says why the team's folder could not be read, if so."""

    reads: tuple[Read, ...]
    trouble: str = ""

    @property
    def runbooks(self) -> tuple[Runbook, ...]:
        return tuple(one.runbook for one in self.reads)

    def by_slug(self, slug: str) -> Runbook | None:
        return next((one for one in self.runbooks if one.slug == slug), None)


@dataclass(frozen=True)
class Library:
    """Remembers what it has read; one per process."""

    _known: dict[Path, tuple[Stamp, Read]] = field(default_factory=dict)

    async def shelf(self, policy: Policy) -> Shelf:
        """What there is now. The disk is looked at in a thread."""
        return await asyncio.to_thread(self.look, policy)

    def look(self, policy: Policy) -> Shelf:
        """The same without a loop, for the command line."""
        wanted, trouble = policy.runbooks, ""
        found: dict[str, Read] = {}
        if wanted.starters:
            found = {read.runbook.slug: read for read in starters(self._known)}
        if wanted.folder is not None:
            try:
                found |= {read.runbook.slug: read for read in self._own(wanted.folder)}
            except OSError as error:
                trouble = f"The runbooks in {wanted.folder} cannot be read: {(error.strerror or str(error)).lower()}."
        return Shelf(reads=tuple(sorted(found.values(), key=lambda one: one.runbook.title.casefold())), trouble=trouble)

    def _own(self, folder: Path) -> Iterator[Read]:
        """Every Markdown file below the folder that is meant to be a runbook. Raises `OSError`.

        Whoever may change the runbooks may not read the rest of the disk: links out of the folder are not followed.
        """
        if not folder.is_dir():
            raise NotADirectoryError(20, "there is no such folder")
        within = folder.resolve()
        for path in sorted(folder.rglob("*.md")):
            inside = path.relative_to(folder)
            if not skipped(inside) and path.is_file() and path.resolve().is_relative_to(within):
                yield remembered(self._known, path, str(inside), slug=slug_of(inside))


def skipped(inside: Path) -> bool:
    hidden = any(part.startswith((".", "_")) for part in inside.parts)
    return hidden or inside.stem.casefold() in NOT_RUNBOOKS


def slug_of(inside: Path) -> str:
    """`database/failover.md` is `database-failover`: short, unique, fit for a button."""
    words = re.findall(r"[a-z0-9]+", anyascii(str(inside.with_suffix(""))).lower())
    return "-".join(words)[:100] or "runbook"


def starters(known: dict[Path, tuple[Stamp, Read]]) -> Iterator[Read]:
    """The runbooks that ship with Sitrep."""
    shipped = Path(str(files("workflows") / "starters"))
    for path in sorted(shipped.glob("*.md")):
        yield remembered(known, path, f"starters/{path.name}", slug=path.stem, starter=True)


def remembered(
    known: dict[Path, tuple[Stamp, Read]], path: Path, name: str, *, slug: str, starter: bool = False
) -> Read:
    """The file as read; read again only when it has changed."""
    status = path.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    before = known.get(path)
    if before is not None and before[0] == stamp:
        return before[1]
    with path.open("rb") as file:
        text = file.read(LARGEST).decode("utf-8", errors="replace")
    read = runbooks.read(text, file=name, slug=slug, starter=starter)
    known[path] = (stamp, read)
    return read


# Which one fits


def fitting(shelf: Sequence[Runbook], *, title: str, service: str | None, most: int = 3) -> list[Runbook]:
    """The runbooks that fit an incident, best first; none rather than a guess."""
    wanted = words(title)
    scored = [(score(one, wanted, service), one) for one in shelf]
    fits = sorted((pair for pair in scored if pair[0] >= FITS), key=lambda pair: (-pair[0], pair[1].title))
    return [one for _, one in fits[:most]]


def score(runbook: Runbook, wanted: frozenset[str], service: str | None) -> int:
    """Each word of the incident counts once, where it counts most."""
    for_it = service is not None and service.casefold() in {name.casefold() for name in runbook.services}
    worth: dict[str, int] = {}
    for text, points in (
        (plain(runbook.said("trigger")), TRIGGER),
        (" ".join(runbook.keywords), KEYWORD),
        (runbook.title, TITLE),
    ):
        worth |= dict.fromkeys(words(text), points)
    shared = sum(worth[found] for word in wanted if (found := same_word(word, worth)) is not None)
    return shared + (SERVICE if for_it else 0)


def words(text: str) -> frozenset[str]:
    """The words that tell one thing from another."""
    found = re.findall(r"[a-z0-9]{2,}", anyascii(text).lower())
    common = COMMON.split()
    return frozenset(word for word in found if word not in common)


def same_word(word: str, known: Mapping[str, int]) -> str | None:
    if word in known or len(word) < 5:
        return word if word in known else None
    near = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=SAME_WORD)
    return near[0] if near else None


def called(shelf: Sequence[Runbook], typed: str) -> list[Runbook]:
    """What somebody means who types a slug, a title, or some words of it; the likeliest first."""
    wanted = typed.strip().casefold()
    exact = [one for one in shelf if wanted in (one.slug, one.title.casefold())]
    if exact:
        return exact
    names = {place: f"{one.title} {' '.join(one.keywords)}".casefold() for place, one in enumerate(shelf)}
    found = process.extract(wanted, names, scorer=fuzz.token_set_ratio, score_cutoff=70, limit=5)
    if not found:
        found = process.extract(wanted, names, scorer=fuzz.partial_ratio, score_cutoff=75, limit=5)
    best = found[0][1] if found else 0
    return [shelf[place] for _, value, place in found if value >= best - 10]


# What is missing


def uncovered(shelf: Shelf, policy: Policy) -> tuple[list[str], list[str]]:
    """The services, and the alerts where some are named, that no runbook is for."""
    own = [one for one in shelf.runbooks if not one.starter]
    served = {name.casefold() for one in own for name in one.services}
    alerted = {name.casefold() for one in own for name in one.alerts}
    bare = [one.name for one in policy.services if not one.runbooks and one.name.casefold() not in served]
    return bare, [name for name in policy.runbooks.alerts if name.casefold() not in alerted]


def unknown_services(shelf: Shelf, policy: Policy) -> Iterator[Finding]:
    """Runbooks for services that nobody has configured: mostly a slip of the pen."""
    names = [one.name for one in policy.services]
    folded = {name.casefold() for name in names}
    for one in shelf.runbooks:
        for name in one.services if names else ():
            if name.casefold() not in folded:
                near = process.extractOne(name, names, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
                yield Finding(file=one.file, line=1, sentence=f"there is no service “{name}”: {hint}")
