"""Secrets that people paste while they work, masked in everything that leaves.

What is masked depends on the text alone. The shapes are those that the vendors document for their credentials;
words such as `password` are followed to what they name. Doubtful cases are masked: the record keeps the original.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)

# Characters of a value up to its end in prose, code, a URL's query or Slack's own encoding.
VALUE: Final = r"(?:&(?:amp|lt|gt);|[^\s&<>\"'`|,;(){}\[\]«»])+"
# Slack makes links out of what looks like an address, also in the middle of a secret.
LINKED: Final = r"<[^<>\s]{1,500}>"

SHORT_VALUE: Final = VALUE.removesuffix("+") + "{1,200}"  # where the search begins anew at every word
LOGIN_WORDS: Final = r"pass(?:word|wd|phrase|code)|pwd"
KEYS: Final = ("api", "access", "account", "auth", "private", "secret", "signing", "encryption")
SECRET_WORDS: Final = rf"(?:{LOGIN_WORDS}|secret|credentials?|token|(?:{'|'.join(KEYS)})[ _-]?key)"
HINTS: Final = (
    *("passw", "passphrase", "passcode", "pwd", "secret", "credential", "token"),
    *(f"{word}{gap}key" for word in KEYS for gap in ("", " ", "_", "-")),
)
# What follows `password:` in a sentence about a password rather than in one that gives it away.
SAID_OF_SECRETS: Final = re.compile(
    "again|bad|blank|changed|correct|empty|exposed|expire[ds]|false|gone|incorrect|invalid|leaked|lost|missing|no|none"
    "|not|null|okay|pending|public|redacted|rejected|required|reset|revoked|rotated|same|set|stale|true|undefined"
    "|unknown|unset|updated|valid|wrong|yes"
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one kind of secret looks like.

    `hints` are lower-case pieces without which the pattern cannot match: looking for them first is far cheaper.
    The group `secret`, or else all that matched, is replaced. `certain` has the last word about a match.
    """

    kind: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...]
    certain: Callable[[str], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Masked:
    """`found` maps each secret to its kind; it stays in memory, only its size and kinds are told."""

    text: str
    found: Mapping[str, str] = field(repr=False)


def looks_random(value: str) -> bool:
    """Whether something is more like a credential than like a word: long enough, with letters and digits."""
    return len(value) >= 6 and any(one.isdigit() for one in value) and any(one.isalpha() for one in value)


def is_given_away(value: str) -> bool:
    """Whether the word after `password:` is a password. Placeholders and words about passwords are not."""
    word = value.strip(".!?…*_~")
    return bool(word) and not word.startswith(("$", "%")) and not SAID_OF_SECRETS.fullmatch(word.casefold())


def is_card(digits: str) -> bool:
    """The check digit that all payment cards carry (ISO/IEC 7812, Luhn)."""
    numbers = [int(one) for one in digits if one.isdigit()]
    doubled = [sum(divmod(2 * one, 10)) for one in numbers[-2::-2]]
    return len(set(numbers)) > 1 and (sum(numbers[-1::-2]) + sum(doubled)) % 10 == 0


def rule(kind: str, pattern: str, *hints: str, certain: Callable[[str], bool] | None = None) -> Rule:
    return Rule(kind=kind, pattern=re.compile(pattern), hints=hints, certain=certain)


RULES: Final = (
    rule(
        "private key",
        r"(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)",
        "private key",
    ),
    rule(
        "AWS key", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])", "akia", "asia", "ab", "acca"
    ),
    rule("GitHub token", r"(?<!\w)(?:gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})", "gh", "github_pat_"),
    rule("GitLab token", r"(?<!\w)gl(?:pat|ptt|dt|rt|soat|ft|cbt)-[\w.-]{16,}", "gl"),
    rule("Slack token", r"(?<!\w)(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{10,}", "xox", "xapp-"),
    rule(
        "Slack webhook",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[A-Za-z0-9/_-]{8,})",
        "hooks.slack",
    ),
    rule("Stripe key", r"(?<!\w)(?:[rs]k_(?:live|test)|whsec)_[A-Za-z0-9+/=]{10,}", "k_live_", "k_test_", "whsec_"),
    rule("Google key", r"(?<!\w)(?:AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,})", "aiza", "gocspx-", "ya29."),
    rule("AI service key", r"(?<![\w-])sk-(?:[a-z]+[0-9]*-)*[\w-]{20,}", "sk-", certain=looks_random),
    rule(
        "service token",
        r"(?<!\w)(?:npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}|dckr_(?:pat|oat)_[\w-]{20,}|hf_[A-Za-z]{30,}|do[opr]_v1_[a-f0-9]{40,}"
        r"|hv[bs]\.[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|SK[0-9a-f]{32}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"
        r"|lin_api_\w{30,}|dapi[0-9a-f]{32}|glsa_\w{30,}|NRAK-[A-Z0-9]{20,}|PMAK-[\w-]{20,}|atlasv1\.[\w-]{40,})",
        *("npm_", "pypi-", "dckr_", "hf_", "_v1_", "hvs.", "hvb.", "sg.", "sk", "shp", "lin_api_", "dapi", "glsa_"),
        *("nrak-", "pmak-", "atlasv1."),
    ),
    rule("JSON web token", r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)*", "eyj"),
    rule(
        "password",
        rf"(?i)[a-z][a-z0-9+.-]{{1,30}}://[^\s/:@<>|]{{0,200}}:(?:(?P<secret>[^\s/<>|«»]+)@|(?P<linked>{LINKED}))",
        "://",
    ),
    rule(
        "authorization",
        rf"(?i)\b(?:authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token|digest)\s+)?|bearer\s+)(?P<secret>{VALUE})",
        *("authorization", "bearer"),
        certain=looks_random,
    ),
    rule(
        "password",
        rf"(?i){SECRET_WORDS}[\"'`]?\s{{0,3}}(?::=|=>|=(?!=))\s{{0,3}}"
        rf"(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\n«»]+)(?P=quote)|(?P<linked>{LINKED})|(?P<secret>{VALUE}))",
        *HINTS,
        certain=is_given_away,
    ),
    rule(
        "password",
        rf"(?i){SECRET_WORDS}[\"'`*_]{{0,2}}\s{{0,3}}:[*_]?\s{{0,3}}(?P<quote>[\"'`])(?P<quoted>[^\"'`\n«»]+)(?P=quote)",
        *HINTS,
        certain=is_given_away,
    ),
    rule(
        "password",
        rf"(?i){SECRET_WORDS}[\"'`*_]{{0,2}}(?:\s{{0,3}}:[*_]?\s{{0,3}}|\s+is[:\s]\s{{0,3}})(?P<secret>{VALUE})",
        *HINTS,
        certain=looks_random,
    ),
    rule(
        "password",
        rf"(?im)\b(?:{LOGIN_WORDS})[*_]?:[*_]?[ \t]{{0,3}}(?P<secret>{SHORT_VALUE})[ \t]*$",
        *("pass", "pwd"),
        certain=is_given_away,
    ),
    rule(
        "payment card",
        r"(?<![\w./+-])(?:(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d|64[4-9]\d|35[2-8]\d)(?:[ -]?\d{4}){3}(?:\d{3})?"
        r"|3[47]\d\d[ -]?\d{6}[ -]?\d{5}|3(?:0[0-5]|[68]\d)\d[ -]?\d{6}[ -]?\d{4})(?![\w-]|\.\d)",
        *"0123456789",
        certain=is_card,
    ),
)


def mask(text: str, rules: Sequence[Rule] = RULES) -> Masked:
    """The text with `«masked: kind»` in place of every secret. Masking twice is masking once."""
    found: dict[str, str] = {}
    folded = text.lower()
    for one in rules:
        if has_any(one.hints, folded):
            text = one.pattern.sub(lambda match, one=one: replaced(match, one, found), text)  # type: ignore[misc]
    return Masked(text=again(text, found), found=found)


def again(text: str, found: Mapping[str, str]) -> str:
    """The same secrets, where they stand without what gave them away. What could be a word is left alone."""
    for secret, kind in found.items():
        if secret in text and looks_random(secret) and secret not in label(kind):
            text = text.replace(secret, label(kind))
    return text


def has_any(hints: Sequence[str], folded: str) -> bool:
    for hint in hints:  # noqa: SIM110  this is asked for every rule and message, and a generator takes three times as long
        if hint in folded:
            return True
    return False


def replaced(match: re.Match[str], one: Rule, found: dict[str, str]) -> str:
    groups = match.groupdict()
    name = next((name for name in ("secret", "quoted", "linked") if groups.get(name)), 0)
    secret, whole = match[name], match[0]
    if "«masked:" in secret or (one.certain is not None and not one.certain(secret)):
        return whole
    found[secret] = one.kind
    start, end = match.start(name) - match.start(), match.end(name) - match.start()
    return whole[:start] + label(one.kind) + whole[end:]


def label(kind: str) -> str:
    return f"«masked: {kind}»"


class Mask:
    """Masks one text after the other and counts different secrets: one that is pasted twice is one."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return self._apply(text, RULES)

    def among(self, texts: Iterable[str]) -> Callable[[str], str]:
        """The same for many texts, and quicker: rules that can match in none of them are left out at once."""
        folded = "\n".join(texts).lower()
        rules = [one for one in RULES if has_any(one.hints, folded)]
        return lambda text: self._apply(text, rules)

    def _apply(self, text: str, rules: Sequence[Rule]) -> str:
        masked = mask(again(text, self._found), rules)
        self._found.update(masked.found)
        return masked.text

    @property
    def count(self) -> int:
        return len(self._found)

    @property
    def kinds(self) -> dict[str, int]:
        """How many of each kind, in alphabetical order."""
        return dict(sorted(Counter(self._found.values()).items()))


def masked_row(row: Row, mask: Mask) -> Row:
    """A row with all its text masked; ids and times look like no secret."""
    stored = row.model_dump()
    changed = {name: mask(value) for name, value in stored.items() if isinstance(value, str)}
    return row if all(stored[name] == value for name, value in changed.items()) else type(row)(**{**stored, **changed})
