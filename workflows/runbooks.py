"""Runbooks: Markdown files with front matter, read into values. Pure: what is on disk is `workflows.library`'s.

A section may stand in the front matter or under a heading of its own; several names for one section are understood.
Source: the CommonMark specification 0.31; front matter is YAML between two lines of three dashes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final, cast

import yaml
from markdown_it.tree import SyntaxTreeNode
from rapidfuzz import fuzz, process

from workflows import mrkdwn
from workflows.words import plain

FRONT: Final = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
DEEPEST: Final = 10  # levels of lists and mappings in front matter
MOST_STEPS: Final = 40  # Slack shows 50 blocks in a message; the others are the words around the steps

# What every runbook holds, and what makes it better: the name, and what it says.
REQUIRED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "trigger": "what it is for: the alert or condition",
        "severity": "which severity to expect",
        "prerequisites": "what has to hold, and which access is needed, before the first step",
        "steps": "a numbered list with commands to copy",
        "verification": "how to tell that it worked",
        "rollback": "how to undo it",
        "owner": "who keeps it right",
        "updated": "the day of the last revision, YYYY-MM-DD",
    }
)
ADVISED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "symptoms": "what people and dashboards see",
        "diagnosis": "how to tell this from its look-alikes",
        "prevention": "what would make it rarer",
    }
)
NOT_THERE: Final = "has no front matter: begin with a line of three dashes, then `owner: …`, and three dashes again"
NOT_CLOSED: Final = "the front matter is not closed: end it with a line of three dashes"
NOT_NAMED: Final = "the front matter must be lines of `name: value`"
IN_FRONT: Final = ("trigger", "severity", "owner", "updated")  # unknown as long as the front matter cannot be read
OTHERS: Final = ("title", "services", "alerts", "keywords", "impact", "escalation")
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: name for name in (*REQUIRED, *ADVISED, *OTHERS)},
        "last updated": "updated",
        "last revised": "updated",
        "date": "updated",
        "when to use": "trigger",
        "alert conditions": "trigger",
        "before you begin": "prerequisites",
        "before you start": "prerequisites",
        "requirements": "prerequisites",
        "resolution": "steps",
        "procedure": "steps",
        "actions": "steps",
        "instructions": "steps",
        "mitigation": "steps",
        "verify": "verification",
        "how to verify": "verification",
        "validation": "verification",
        "roll back": "rollback",
        "undo": "rollback",
        "back out": "rollback",
        "owners": "owner",
        "team": "owner",
        "symptom": "symptoms",
        "diagnose": "diagnosis",
        "investigation": "diagnosis",
        "prevent": "prevention",
        "follow up": "prevention",
        "service": "services",
        "alert": "alerts",
        "tags": "keywords",
        "keyword": "keywords",
    }
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something about a runbook file that should be put right. `advice` alone does not make it unusable."""

    file: str
    line: int
    sentence: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.file} line {self.line}: {self.sentence}"


@dataclass(frozen=True, kw_only=True)
class Runbook:
    """`slug` names it, `title` is plain text; `sections` and `steps` are Slack-encoded. Days have no time zone."""

    slug: str
    title: str
    file: str
    steps: tuple[str, ...]
    sections: Mapping[str, str] = field(hash=False)
    services: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    updated: date | None = None
    starter: bool = False

    def stale(self, today: date, after: timedelta) -> bool:
        """Whether nobody has looked after it for too long; without a day nobody knows, so it is."""
        return self.updated is None or today - self.updated > after

    def said(self, name: str) -> str:
        """What it says in a section, Slack-encoded; empty when it says nothing."""
        return self.sections.get(name, "")


@dataclass(frozen=True, kw_only=True)
class Read:
    """A file as read: the runbook as far as it can be used, and what should be put right."""

    runbook: Runbook
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Front:
    """Front matter: values and lines by the name of what they are, and where the text below begins."""

    values: Mapping[str, Any]
    lines: Mapping[str, int]
    body: str
    body_line: int
    findings: tuple[Finding, ...] = ()


def read(text: str, *, file: str, slug: str, starter: bool = False) -> Read:
    """Read one file. Nothing is raised: what cannot be used is a finding with its line."""
    front = front_matter(text, file)
    heads, sections = split(mrkdwn.parse(front.body), front.body_line)
    texts = {name: mrkdwn.rendered(nodes).strip() for name, nodes in sections.items()}
    for name, value in front.values.items():
        if name in (*REQUIRED, *ADVISED, "impact", "escalation") and not texts.get(name):
            texts[name] = in_words(value)
    runbook = Runbook(
        slug=slug,
        title=title_of(front, heads, slug),
        file=file,
        steps=steps_of(sections.get("steps", ()), front.values.get("steps")),
        sections=MappingProxyType({name: said for name, said in texts.items() if said}),
        services=words_of(front.values.get("services")),
        alerts=words_of(front.values.get("alerts")),
        keywords=words_of(front.values.get("keywords")),
        updated=day_of(texts.get("updated", "")),
        starter=starter,
    )
    return Read(runbook=runbook, findings=(*front.findings, *lacking(runbook, front)))


# Front matter


def front_matter(text: str, file: str) -> Front:
    found = FRONT.match(text)
    if found is None:
        begun = text.lstrip("\ufeff").startswith("---")
        return unread(text, 1, Finding(file=file, line=1, sentence=NOT_CLOSED if begun else NOT_THERE))
    body, begins = text[found.end() :], text[: found.end()].count("\n") + 1
    try:
        refuse_endless(found["yaml"])
        node = yaml.compose(found["yaml"], Loader=yaml.SafeLoader)
    except yaml.YAMLError as broken:
        return unread(body, begins, broken_yaml(broken, file))
    if not isinstance(node, yaml.MappingNode):
        return unread(body, begins, Finding(file=file, line=2, sentence=NOT_NAMED))
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    return named(value_of(node), lines, body=body, body_line=begins, file=file)


def refuse_endless(front: str) -> None:
    """Raise `YAMLError` for what a few lines can blow up without end: aliases, and lists within lists within lists."""
    depth = 0
    for event in yaml.parse(front, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            problem = "it is nested too deeply" if depth > DEEPEST else "aliases with * are not understood here"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=cast("yaml.error.Mark", event.start_mark))


def value_of(node: yaml.Node) -> Any:
    """Text, lists and mappings as they were written: a day stays text, so that a wrong one can be quoted."""
    if isinstance(node, yaml.SequenceNode):
        return [value_of(one) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): value_of(value) for key, value in node.value}
    return None if node.value in ("", "~", "null") else node.value


def unread(body: str, body_line: int, finding: Finding) -> Front:
    """Front matter of which nothing is known; the text below it is used all the same."""
    return Front(values={}, lines={}, body=body, body_line=body_line, findings=(finding,))


def broken_yaml(broken: yaml.YAMLError, file: str) -> Finding:
    mark = getattr(broken, "problem_mark", None)
    problem = getattr(broken, "problem", None) or "it cannot be read"
    line = mark.line + 2 if mark is not None else 2
    hint = "text with a colon or a # in it needs quotes around it"
    return Finding(file=file, line=line, sentence=f"the front matter is not valid YAML ({problem}); {hint}")


def named(values: Mapping[str, Any], lines: Mapping[str, int], *, body: str, body_line: int, file: str) -> Front:
    """The values by the name of the section that each stands for."""
    known: dict[str, Any] = {}
    where: dict[str, int] = {}
    findings: list[Finding] = []
    for key, value in values.items():
        name = meant(key)
        line = lines.get(key, 2)
        if name is None:
            findings.append(Finding(file=file, line=line, sentence=unknown(key), advice=True))
        elif value is not None:
            known[name], where[name] = value, line
    return Front(values=known, lines=where, body=body, body_line=body_line, findings=tuple(findings))


def meant(name: str) -> str | None:
    """The section that a heading or key stands for, whatever its case and hyphens."""
    return NAMES.get(" ".join(re.sub(r"[\W_]+", " ", name).casefold().split()))


def unknown(key: str) -> str:
    near = process.extractOne(key, list(NAMES), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=70)
    return f"“{key}” is not known here" + (f"; did you mean {near[0]}?" if near else ", so it is not shown")


def in_words(value: object) -> str:
    """A value of the front matter as Slack shows it."""
    if isinstance(value, list):
        return "\n".join(f"• {mrkdwn.rendered(mrkdwn.parse(str(one)).children)}" for one in value)
    return mrkdwn.rendered(mrkdwn.parse(str(value)).children)


def words_of(value: object) -> tuple[str, ...]:
    """A list, or one text with commas."""
    if value is None:
        return ()
    given = value if isinstance(value, list) else str(value).split(",")
    return tuple(word for word in (str(one).strip() for one in given) if word)


def day_of(said: str) -> date | None:
    found = re.search(r"\d{4}-\d{2}-\d{2}", said)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


# The text


def split(root: SyntaxTreeNode, first_line: int) -> tuple[list[tuple[str, int]], dict[str, list[SyntaxTreeNode]]]:
    """The top headings with their lines, and what stands under each heading that is known."""
    heads: list[tuple[str, int]] = []
    sections: dict[str, list[SyntaxTreeNode]] = {}
    current, depth = "", 0
    for node in root.children:
        if node.type == "heading":
            level, words = int(node.tag[1]), plain(mrkdwn.inline_of(node.children[0]))
            name = section_meant(words)
            if level == 1 and name is None:
                heads.append((words, first_line + (node.map[0] if node.map else 0)))
            if name is not None and not (current and level > depth > 1):
                current, depth = name, level
                sections.setdefault(current, [])
                continue
            if level <= depth:
                current, depth = "", 0
        if current:
            sections[current].append(node)
    return heads, sections


def section_meant(heading: str) -> str | None:
    """The section that a heading begins; `2. Steps` and `Steps` are one."""
    name = meant(re.sub(r"^[\d.]+\s*", "", heading))
    return name if name in (*REQUIRED, *ADVISED, "impact", "escalation") else None


def title_of(front: Front, heads: Sequence[tuple[str, int]], slug: str) -> str:
    given = str(front.values.get("title") or "").strip() or next((words for words, _ in heads), "")
    return re.sub(r"(?i)^runbook:\s*", "", given) or re.sub(r"[-_]+", " ", slug).capitalize()


def steps_of(nodes: Sequence[SyntaxTreeNode], given: object) -> tuple[str, ...]:
    """Each item of the numbered list, each subheading where there is no list, or the list of the front matter."""
    if isinstance(given, list) and not nodes:
        return tuple(mrkdwn.rendered(mrkdwn.parse(str(one)).children) for one in given)
    kinds = {node.type for node in nodes}
    kind = next((kind for kind in ("heading", "ordered_list", "bullet_list") if kind in kinds), "")
    return tuple(text for text in map(mrkdwn.rendered, grouped(nodes, kind)) if text.strip())


def grouped(nodes: Sequence[SyntaxTreeNode], kind: str) -> Iterator[list[SyntaxTreeNode]]:
    """What belongs together: a subheading or list item, and whatever follows it. What comes before the first is left.

    A block of code between two items ends the list in Markdown, but to people it belongs to the item above it.
    """
    step: list[SyntaxTreeNode] | None = None
    for node in nodes:
        if node.type != kind or not kind:
            if step is not None:
                step.append(node)
            continue
        begun = [[node]] if kind == "heading" else [list(item.children) for item in node.children]
        for parts in begun:
            if step is not None:
                yield step
            step = parts
    if step is not None:
        yield step


# What is lacking


def lacking(runbook: Runbook, front: Front) -> Iterator[Finding]:
    """What the runbook does not say, each with what belongs there."""
    broken = any(not one.advice for one in front.findings)
    for name, what in {**REQUIRED, **ADVISED}.items():
        if not present(runbook, name) and not (broken and name in IN_FRONT):
            yield Finding(
                file=runbook.file,
                line=front.lines.get(name, front.body_line),
                sentence=f"{name} is missing: {what}",
                advice=name in ADVISED,
            )
    if front.values.get("updated") is not None and runbook.updated is None:
        line = front.lines["updated"]
        yield Finding(
            file=runbook.file, line=line, sentence=f"“{front.values['updated']}” is not a day: write it as YYYY-MM-DD"
        )
    if len(runbook.steps) > MOST_STEPS:
        sentence = f"has {len(runbook.steps)} steps, and a checklist shows {MOST_STEPS}: split it in two"
        yield Finding(file=runbook.file, line=front.body_line, sentence=sentence)
    if runbook.steps and not any("`" in step for step in runbook.steps):
        sentence = "no step has a command to copy: put it in `backquotes` or a block of code"
        yield Finding(file=runbook.file, line=front.body_line, sentence=sentence, advice=True)


def present(runbook: Runbook, name: str) -> bool:
    if name == "steps":
        return bool(runbook.steps)
    return bool(runbook.said(name).strip())
