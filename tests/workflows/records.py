"""Records made by hand, as the database would give them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from storage.models import Incident, Message, Revision, Role, Status, Update
from workflows.record import Record
from workflows.timeline import Said, TimelineLine

DECLARED = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """An instant so many minutes after the declaration."""
    return DECLARED + timedelta(minutes=minutes)


def ts(minutes: float) -> str:
    return f"{after(minutes).timestamp():.6f}"


def line(minutes: float, kind: str, text: str, by: str = "U1", **more: Any) -> TimelineLine:
    at = after(minutes)
    return TimelineLine(at=at, recorded_at=more.pop("recorded_at", at), kind=kind, by=by, text=text, **more)


def said(minutes: float, text: str, user: str = "U1", **more: Any) -> Said:
    reactions: Mapping[str, tuple[str, ...]] = more.pop("reactions", {})
    earlier: Sequence[str] = more.pop("earlier", ())
    message = Message(
        incident_id=7,
        channel_id="C1",
        ts=ts(minutes),
        user_id=user,
        text=text,
        worded_ts=ts(minutes),
        revised_ts=ts(minutes),
        revisions=len(earlier),
        **more,
    )
    wordings = [
        Revision(channel_id="C1", ts=ts(minutes), revised_ts=ts(minutes + place), text=text)
        for place, text in enumerate(earlier)
    ]
    return Said(message=message, reactions=reactions, revisions=tuple(wordings))


def update(minutes: float, due: float | None) -> Update:
    due_at = None if due is None else after(due)
    return Update(
        incident_id=7,
        at=after(minutes),
        by="U1",
        status="investigating",
        severity="SEV1",
        changed="Looking",
        due_at=due_at,
    )


def incident(**changes: Any) -> Incident:
    facts: dict[str, Any] = {
        "id": 7,
        "press": "press",
        "title": "Checkout is failing",
        "severity": "SEV1",
        "status": Status.CLOSED,
        "declared_by": "U1",
        "declared_at": DECLARED,
        "acknowledged_at": DECLARED,
        "mitigated_at": after(40),
        "resolved_at": after(60),
        "closed_at": after(100),
        "postmortem_due_at": after(100) + timedelta(hours=48),
        "channel_name": "incident-2026-11-21-checkout-is-failing",
        "channel_id": "C1",
    }
    return Incident(**{**facts, **changes})


def record(**changes: Any) -> Record:
    made = Record(
        incident=incident(),
        timeline=[line(0, "declared", "Declared SEV1: Checkout is failing"), line(100, "closed", "Closed")],
        severities=[(DECLARED, "SEV1")],
        roles=[Role(id=1, incident_id=7, role="ic", user_id="U1", began_at=DECLARED)],
        names={"U1": "Anna Keller", "U2": "Bilal Aydin"},
        channels={"C1": "incident-2026-11-21-checkout-is-failing"},
    )
    return replace(made, **changes)


LINES = st.builds(
    line,
    minutes=st.integers(0, 5000),
    kind=st.sampled_from(["key", "finding", "action", "decision", "follow-up", "note", "status", "update", "problem"]),
    text=st.text(),
    by=st.sampled_from(["U1", "U2", "U9", "sitrep"]),
)
RECORDS = st.builds(
    record,
    incident=st.builds(incident, title=st.text(min_size=1), summary=st.text(), impact=st.text()),
    timeline=st.lists(LINES, max_size=8).map(lambda lines: sorted(lines, key=lambda one: one.at)),
    names=st.dictionaries(st.sampled_from(["U1", "U2"]), st.text(min_size=1)),
)
