"""What a message has said, in whatever order we hear of it. Pure.

Wordings are kept by the time since when they held. Every edit that Slack tells of names the wording before it, so the
same edits in any order, any number of times, give the same wordings.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from workflows.ports import Heard

UNKNOWN: Final = ""  # since when, of a wording that has no known time: it counts until a better one is heard


def learned(known: Mapping[str, str], heard: Heard) -> dict[str, str]:
    """`known` and what `heard` adds, oldest first. The last one is what the message says now.

    A wording that says the same as the next one is left out: formatting, link previews and files make no revision.
    Of an app, such a pair means that an update between them is still on its way: nothing else would bring it back.
    """
    found = dict(known)
    if heard.before is not None:
        since, text = heard.before
        found.setdefault(since, text)
    found.setdefault(heard.worded_ts, heard.text)
    if len(found) > 1:
        found.pop(UNKNOWN, None)
    order = sorted(found)
    repeated = {since for since, later in pairwise(order) if found[since] == found[later]}
    return {since: found[since] for since in order if since not in repeated or (heard.by_app and is_told(since))}


def corrected(known: Mapping[str, str], heard: Heard) -> dict[str, str]:
    """Like `learned`, for a message as its channel shows it now: what it says is the newest wording, whatever its time.

    Updates by apps carry no time of their own, and two edits within one second carry the same.
    """
    newest = max(known, default=UNKNOWN)
    if heard.worded_ts > newest:
        return learned(known, heard)
    if heard.worded_ts == UNKNOWN or known.get(newest) == heard.text:
        return dict(known)
    return {**known, just_after(newest): heard.text}


def just_after(since: str) -> str:
    """Later than `since` and earlier than anything Slack may tell: its times have six decimals."""
    return f"{since}1"


def is_told(since: str) -> bool:
    """Whether Slack told this time; those made by `just_after` have more than six decimals."""
    return len(since.rpartition(".")[2]) <= 6
