"""Reading what people type after `/incident`: severities, people, incident references. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workflows.errors import UserError
from workflows.policy import Policy
from workflows.severities import Severity
from workflows.words import PERSON, plain, quoted

SEVERITY_WORD: Final = re.compile(r"(?i)(?<![\w-])(sev[-_ ]?\d+|p\d)(?![\w-])")
EDGE_DIGIT: Final = re.compile(r"^\s*(\d)(?=\s)|(?<=\s)(\d)\s*$|^\s*(\d)\s*$")
REFERENCE: Final = re.compile(r"(?i)^\s*inc-?(\d+)\b[:,]?\s*")
CHANNEL: Final = re.compile(r"^\s*<#([CG][A-Z0-9]+)(?:\|[^>]*)?>\s*")
GROUP: Final = re.compile(r"<!subteam\^S[A-Z0-9]+(?:\|[^>]*)?>")
COMPANIONS: Final = re.compile(
    rf"(?i)(?<![\s,])(?:[\s,]+(?:(?:with|and|cc|cc:)\s+)?(?:{PERSON.pattern}|{GROUP.pattern}))+\s*$"
)
LONGEST_NUMBER: Final = 20  # digits; no reference has as many
MOST_COMPANIONS: Final = 2000  # characters at the end of a text; what is before them is not searched
STRANGER: Final = re.compile(r"\s*@\w[\w.-]*")
BECAUSE: Final = re.compile(r"(?i)^(?:because|since|as)\b[\s,:]*")
QUOTED: Final = re.compile(r"^([\"'“”‘’])(.*)[\"'“”‘’]$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class SeverityFound:
    """`word` is what was typed for a severity (empty: nothing was), `rest` the text without it."""

    word: str
    severity: Severity | None
    rest: str


def find_severity(text: str, policy: Policy) -> SeverityFound:
    """The severity named anywhere in `text`. A bare digit counts only as the first or last word."""
    for level in policy.severities:
        own = re.search(rf"(?i)(?<![\w-]){re.escape(level.level)}(?![\w-])", text)
        if own is not None:
            return SeverityFound(word=own[0], severity=level, rest=without(text, own))
    match = SEVERITY_WORD.search(text) or EDGE_DIGIT.search(text)
    if match is None:
        return SeverityFound(word="", severity=None, rest=text.strip())
    word = match[0].strip()
    severity = policy.severity(word)
    if severity is None and word.isdigit():
        return SeverityFound(word="", severity=None, rest=text.strip())  # a number, not a severity
    return SeverityFound(word=word, severity=severity, rest=without(text, match))


def without(text: str, match: re.Match[str]) -> str:
    rest = text[: match.start()] + " " + text[match.end() :]
    return re.sub(r"\s+", " ", rest).strip(" :,–-")


def find_reference(text: str) -> tuple[int | None, str | None, str]:
    """A leading `INC-7` or `#channel`: (number, channel id, the rest of the text)."""
    by_number = REFERENCE.match(text)
    if by_number is not None:
        return number_in(by_number[1]), None, text[by_number.end() :]
    by_channel = CHANNEL.match(text)
    if by_channel is not None:
        return None, by_channel[1], text[by_channel.end() :]
    return None, None, text


def number_in(digits: str) -> int:
    """The number that these digits say. A longer one than anything has is cut: Python reads no thousands of digits."""
    return int(digits.lstrip("0")[:LONGEST_NUMBER] or 0)


def find_people(text: str) -> tuple[tuple[str, ...], str]:
    """The people mentioned, and the text without them."""
    users = tuple(dict.fromkeys(match[1] for match in PERSON.finditer(text)))
    return users, re.sub(r"\s+", " ", PERSON.sub(" ", text)).strip()


def refuse_stranger(text: str) -> None:
    """Raise `UserError` for a text that begins with a name which Slack did not make a mention of."""
    found = STRANGER.match(text)
    if found is not None:
        raise UserError(
            f"Slack knows nobody called {quoted(found[0].strip())}. Choose the name from the list that opens while you "
            "type it (in a terminal: `@` and the member id). Nothing was changed."
        )


def find_groups(text: str) -> tuple[tuple[str, ...], str]:
    """The user groups mentioned, as Slack encodes them, and the text without them."""
    groups = tuple(dict.fromkeys(match[0] for match in GROUP.finditer(text)))
    return groups, re.sub(r"\s+", " ", GROUP.sub(" ", text)).strip()


def without_companions(text: str) -> str:
    """A title without who is listed after it (`… with @bilal and @payments`); a mention amid the words stays."""
    before, end = text[:-MOST_COMPANIONS], text[-MOST_COMPANIONS:]
    return (before + COMPANIONS.sub("", end)).strip()


def unquoted(text: str) -> str:
    """The text without quotation marks around the whole of it."""
    match = QUOTED.match(text.strip())
    inner = match[2] if match is not None else text
    return inner.strip() if not any(mark in inner for mark in '"“”') or match is None else text.strip()


def title_of(text: str) -> str:
    """Slack-encoded text as a title: one line of plain text, names for mentions, no quotes around it."""
    return unquoted(" ".join(plain(text).split()))


def has_words(title: str) -> bool:
    """Whether a title says anything: a letter, a digit or an emoji, not only punctuation."""
    return any(character.isalnum() or unicodedata.category(character) == "So" for character in title)


def reason_in(text: str) -> str:
    """`because only one region is affected` without its first word."""
    return BECAUSE.sub("", text.strip())


def levels(policy: Policy) -> str:
    """`SEV0, SEV1 or SEV2`."""
    return listed([severity.level for severity in policy.severities])


def listed(words: Sequence[str], last: str = "or") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def unknown_severity(word: str, policy: Policy) -> str:
    """A sentence for a severity that does not exist."""
    meanings = "\n".join(f"• *{one.level}* {one.name}: {one.definition}" for one in policy.severities)
    return f"There is no severity “{word}” here. The ones there are:\n{meanings}"
