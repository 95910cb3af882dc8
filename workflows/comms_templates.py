"""Wordings for people outside: Jinja templates of ours or the team's, filled in a sandbox. Pure but for our own files.

A template sees the facts of `FACTS`. What the record does not know is a phrase in [brackets], for a person to fill in.
Source: Jinja's documentation (Sandbox, Meta API).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType, TracebackType
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from rapidfuzz import fuzz, process

ENDING: Final = ".j2"
LONGEST: Final = 3000  # characters that a field of a Slack form holds
# A phrase in brackets that begins in lower case: ours, or one of a template of the team.
BLANK: Final = re.compile(r"\[(?=[a-z])[^\[\]\n]{4,90}\](?!\()")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A message that can be written. `email` ones leave by other ways than Slack; `to` is whom they are usually for."""

    name: str
    title: str
    help: str
    to: str = "everybody"
    email: bool = False


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(name="first-notice", title="First notice", help="that we know, and when we say more"),
            Kind(name="update", title="Update", help="where we are, what we do, until when"),
            Kind(name="resolution", title="Resolution", help="that it is over, what it was, what follows"),
            Kind(
                name="customer-email",
                title="Customer email",
                help="within the hour: we know, we are sorry, we act",
                to="customers",
                email=True,
            ),
            Kind(
                name="customer-email-details",
                title="Customer email, in full",
                help="afterwards: what happened, and what we change",
                to="customers",
                email=True,
            ),
            Kind(
                name="stakeholder-summary",
                title="Stakeholder summary",
                help="for managers and support, in a minute",
                to="stakeholders",
            ),
            Kind(
                name="postmortem-invite",
                title="Postmortem invite",
                help="who, when, where, and without blame",
                to="everybody who took part",
            ),
        )
    }
)
EMAILS: Final = tuple(kind.name for kind in KINDS.values() if kind.email)

# What a template may name, and what stands there while the record does not know it.
FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ref": "[the incident's number]",
        "title": "[the incident's title]",
        "service": "[the service, as customers call it]",
        "severity": "[the severity]",
        "severity_name": "[what the severity means]",
        "status": "[where it stands]",
        "impact": "[what customers notice]",
        "scope": "[who is affected, and how many]",
        "understanding": "[what is known so far]",
        "next_step": "[what is being done now]",
        "outside": "[what is certain, in words without jargon]",
        "doing": "[what is being done, in words without jargon]",
        "workaround": "[what customers can do meanwhile, or that there is nothing]",
        "cause": "[the cause in a sentence or two; preliminary is fine if you say so]",
        "fix": "[what ended it]",
        "follow_up": "[what will be done so that it does not happen again]",
        "data": "[whether any data was lost or seen by others]",
        "now": "[now]",
        "day": "[the day]",
        "began": "[when it began]",
        "declared": "[since when people work on it]",
        "mitigated": "[when customers stopped noticing it]",
        "resolved": "[when it was resolved]",
        "ended": "[when it ended]",
        "duration": "[how long customers noticed it]",
        "running": "[for how long]",
        "next_update": "[when the next update comes]",
        "next_word": "[when you write again]",
        "eta": "[when it should be fixed]",
        "ic": "[the incident commander]",
        "contact": "[who answers questions]",
        "participants": "[who took part, and whom it concerns]",
        "meeting": "[day, time and place or link]",
        "document": "[link to the document]",
        "document_due": "[when the document is due]",
        "signature": "[your name and team]",
    }
)
LISTS: Final = ("actions", "happened", "promises", "updates", "known")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What a template gave: the text, and the phrases in it that a person has to replace."""

    text: str
    blanks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a template, on which line (counted from 1)."""

    line: int
    sentence: str


@cache
def shipped() -> Mapping[str, str]:
    """Our own templates, by name."""
    folder = resources.files("workflows") / "templates"
    return MappingProxyType({name: (folder / f"{name}{ENDING}").read_text(encoding="utf-8") for name in KINDS})


def kinds(own: Mapping[str, str]) -> list[Kind]:
    """Every message that can be written; those that only the team has come last."""
    more = [name for name in own if name not in KINDS]
    return [*KINDS.values(), *(Kind(name=name, title=titled(name), help="your own") for name in more)]


def titled(name: str) -> str:
    return name.replace("-", " ").capitalize()


def name_of(template: str) -> str:
    """What people call the message; also one of a template that is no longer there."""
    return KINDS[template].title if template in KINDS else titled(template)


def environment(sources: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    """A fresh sandbox. What comes out is plain text, which is escaped on its way into Slack."""
    return ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(sources)),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fill(name: str, facts: Mapping[str, Any], own: Mapping[str, str]) -> Filled:
    """The text of a template for these facts; facts that are not given are phrases in brackets.

    Raises `TemplateError` for a template that `faults` would have found.
    """
    known = frozenset(fact for fact in FACTS if facts.get(fact))
    values = {**FACTS, **dict.fromkeys(LISTS, ()), **{fact: value for fact, value in facts.items() if value}}
    text = environment({**shipped(), **own}).get_template(name).render({**values, "known": known})
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
    return Filled(text=text, blanks=blanks(text))


def blanks(text: str) -> tuple[str, ...]:
    """The phrases in brackets that nobody has filled in, each once."""
    return tuple(dict.fromkeys(match[0] for match in BLANK.finditer(text)))


def faults(name: str, own: Mapping[str, str]) -> list[Fault]:
    """Everything that would keep this template from being used, by line."""
    try:
        tree = environment(own).parse(own[name], name)
    except TemplateSyntaxError as error:
        return [Fault(line=error.lineno, sentence=f"cannot be read: {error.message or 'it is no Jinja template'}")]
    unknown = [*unknown_names(tree)]
    return unknown or [*faults_of_rendering(name, own)]


def unknown_names(tree: nodes.Template) -> Iterator[Fault]:
    """Names that are no facts, with those that there are."""
    bound = {one.name for one in tree.find_all(nodes.Name) if one.ctx in ("store", "param")}
    for one in tree.find_all(nodes.Name):
        if one.ctx == "load" and one.name not in (*FACTS, *LISTS, *bound, "loop", "range"):
            yield Fault(line=one.lineno, sentence=f"names “{one.name}”, which is no fact{meant(one.name)}")


def meant(word: str) -> str:
    """The fact that was probably meant, else all of them."""
    found = process.extractOne(word, (*FACTS, *LISTS), scorer=fuzz.ratio, score_cutoff=60)
    return f"; did you mean “{found[0]}”?" if found else f"; there are {', '.join((*FACTS, *LISTS))}"


def faults_of_rendering(name: str, own: Mapping[str, str]) -> Iterator[Fault]:
    """What goes wrong when it is filled: with everything known, and with nothing."""
    for facts in (EXAMPLE, {}):
        try:
            text = fill(name, facts, own).text
        except (
            TemplateError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
            OverflowError,
        ) as error:
            yield Fault(line=line_of(error.__traceback__), sentence=f"cannot be filled: {error}")
            return
        if len(text) > LONGEST:
            yield Fault(line=1, sentence=f"makes a text of {len(text)} characters; a form holds {LONGEST}")
            return


def line_of(trace: TracebackType | None) -> int:
    """The line of the template in which something went wrong, as Jinja puts it into the traceback."""
    found = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


EXAMPLE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        **{fact: phrase.strip("[]") for fact, phrase in FACTS.items()},
        "actions": ({"number": 1, "text": "Raise the pool limit", "owner": "Chen", "due": "2026-12-01"},),
        "happened": ("14:05 finding: no free connections",),
        "promises": ("ETA by 15:30 to customers",),
        "updates": ({"at": "14:10", "text": "Rolled back"},),
    }
)
