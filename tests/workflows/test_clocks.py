"""Deadlines and reminders of duties to report, counted as the law says; and the kinds that ship."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.models import Clock, ClockEvent, ClockQuestion, ClockState, ClockStep
from tests.workflows.records import after, incident, record
from workflows.clocks_due import deadline, due, is_business_day, moments, next_moment, us_federal
from workflows.clocks_kinds import PENDING, Kind, Step, called, in_force, kept, read, shipped
from workflows.clocks_telling import told_by_another
from workflows.clocks_view import ClockView, Report
from workflows.clocks_words import briefly, card_line, kind_details, limit, reminder
from workflows.export import as_json
from workflows.policy import default_policy
from workflows.postmortem import draft

KINDS = {kind.key: kind for kind in shipped()}
TIMES = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def table(**more: object) -> dict[str, object]:
    plain = {"name": "House rule", "concerns": "Us", "source": "A contract", "confidence": "house"}
    event = [{"key": "aware", "ask": "When?"}]
    return {**plain, "reviewed": "2026-11-21", "event": event, "step": [], **more}


def limited(within: str, **more: object) -> tuple[Kind, Step]:
    step = {"key": "report", "what": "report", "to": "them", "after": "aware", "within": within}
    kind = read("house", table(step=[step], **more))
    return kind, kind.steps[0]


def ends(within: str, began: str, **more: object) -> datetime | None:
    return deadline(limited(within, **more)[0], within, at(began))


@pytest.mark.parametrize(
    ("within", "began", "more", "end"),
    [
        # Hours elapse, at weekends and when clocks are put forward, too.
        ("72h", "2026-11-20T17:00", {}, "2026-11-23T17:00"),
        ("72h", "2026-03-28T12:00", {"time_zone": "Europe/Berlin"}, "2026-03-31T12:00"),
        # Days end where the authority is; in which day it began is decided there, too.
        ("60d", "2026-11-21T03:00", {"time_zone": "America/New_York"}, "2027-01-20T04:59"),
        ("3d", "2026-11-21T17:00", {"time_zone": "Asia/Singapore"}, "2026-11-25T15:59"),
        # Business days: a Monday, a Friday, a Saturday, the days before Thanksgiving and Christmas.
        ("4bd", "2026-11-16T15:00", {"time_zone": "America/New_York", "day_ends": "17:30"}, "2026-11-20T22:30"),
        ("4bd", "2026-11-20T15:00", {"time_zone": "America/New_York"}, "2026-11-27T04:59"),
        ("4bd", "2026-11-20T15:00", {"time_zone": "America/New_York", "calendar": "us-federal"}, "2026-11-28T04:59"),
        ("4bd", "2026-11-21T15:00", {}, "2026-11-26T23:59"),
        ("4bd", "2026-12-23T15:00", {"calendar": "us-federal"}, "2026-12-30T23:59"),
        ("4bd", "2026-12-23T15:00", {"calendar": "us-federal", "holidays": [date(2026, 12, 24)]}, "2026-12-31T23:59"),
        # A month ends on the same day, or the last one that there is.
        ("1mo", "2026-11-21T15:00", {}, "2026-12-21T23:59"),
        ("1mo", "2027-01-31T15:00", {}, "2027-02-28T23:59"),
        ("1mo", "2026-12-31T23:30", {"time_zone": "Europe/Brussels"}, "2027-02-01T22:59"),
        ("asap", "2026-11-21T15:00", {}, None),
    ],
)
def test_limits_end_when_the_law_says(within: str, began: str, more: dict[str, object], end: str | None) -> None:
    assert ends(within, began, **more) == (at(end) if end else None)


def test_federal_holidays_are_kept_on_the_nearest_weekday() -> None:
    days = [f"{day:%m-%d}" for day in sorted(us_federal(2021)) if day.year == 2021]
    assert days == [
        *("01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24", "12-31"),
    ]
    assert not is_business_day(KINDS["sec-8k"], date(2026, 7, 3))
    assert is_business_day(KINDS["gdpr"], date(2026, 7, 3))


def test_doras_reports_count_from_each_other_and_the_first_has_a_backstop() -> None:
    dora = KINDS["dora"]
    initial, intermediate, final, _ = dora.steps
    aware, classified = at("2026-11-21T03:00"), at("2026-11-21T10:00")

    early = due(dora, initial, {"aware": aware})
    assert early is not None
    assert (early.at, early.tentative) == (at("2026-11-22T03:00"), True)
    assert due(dora, initial, {}) is None

    def first(classified_at: str) -> datetime | None:
        found = due(dora, initial, {"aware": aware, "classified": at(classified_at)})
        assert found is not None
        assert not found.tentative
        return found.at

    assert first("2026-11-21T10:00") == at("2026-11-21T14:00")
    assert first("2026-11-22T01:00") == at("2026-11-22T03:00")  # 24 hours after awareness come first
    assert first("2026-11-22T09:00") == at("2026-11-22T13:00")  # classified only after that: 4 hours

    assert due(dora, intermediate, {"aware": aware, "classified": classified}) is None
    sent = {"submitted:initial": at("2026-11-21T13:00")}
    found = due(dora, intermediate, sent)
    assert found is not None
    assert found.at == at("2026-11-24T13:00")
    found = due(dora, final, {**sent, "submitted:intermediate": at("2026-11-24T11:00")})
    assert found is not None
    assert found.at == at("2026-12-24T22:59")


@given(TIMES, st.sampled_from(["4h", "6h", "24h", "72h", "30d", "60d", "4bd", "1mo"]))
def test_reminders_come_in_order_before_the_deadline_and_at_it(began: datetime, within: str) -> None:
    kind, step = limited(within)
    end = deadline(kind, within, began)
    assert end is not None
    found = moments(step, began, end)
    assert found == sorted(set(found))
    assert found[-1] == end
    assert all(began < moment <= end for moment in found)
    assert {end - (end - began) / 2, end - (end - began) / 4} <= set(found)
    if end - began > timedelta(hours=4):
        assert {end - timedelta(hours=4), end - timedelta(hours=1)} <= set(found)


@given(TIMES, st.integers(0, 400), st.sampled_from(["6h", "72h", "30d", "asap"]))
def test_the_next_reminder_is_always_to_come_and_never_more_than_a_day_late(
    began: datetime, hours: int, within: str
) -> None:
    kind, step = limited(within)
    now, end = began + timedelta(hours=hours), deadline(kind, within, began)
    following = next_moment(step, began, end, now)
    assert following > now
    if end is None or now >= end:
        assert following - now <= timedelta(days=1)
    else:
        assert following <= end


@given(TIMES, st.integers(1, 30))
def test_business_days_end_on_business_days_and_grow_with_their_number(began: datetime, count: int) -> None:
    kind, _ = limited("1bd", calendar="us-federal")
    some = [deadline(kind, f"{number}bd", began) for number in range(count, count + 3)]
    days = [one for one in some if one is not None]
    assert all(is_business_day(kind, one.date()) and one > began for one in days)
    assert all(earlier < later for earlier, later in pairwise(days))


def test_every_kind_that_ships_is_whole_and_says_where_it_comes_from() -> None:
    assert list(KINDS) == sorted(KINDS)
    expected = "au-ndb circia dora ftc-safeguards gdpr hipaa in-certin nis2 nydfs pci sec-8k sg-pdpa uk-gdpr"
    assert list(KINDS) == expected.split()
    for kind in shipped():
        started = {event.key for event in kind.events} | {f"submitted:{step.key}" for step in kind.steps}
        assert {step.after for step in kind.steps} <= started
        assert kind.source
        assert kind.link.startswith("https://")
        assert kind.concerns
        assert date.fromisoformat(kind.reviewed) >= date(2026, 11, 21)
        assert "Not legal advice" in kind_details(kind)
        assert kept(json.loads(json.dumps(kind.terms()))) == kind
    assert [kind.key for kind in KINDS.values() if kind.status == PENDING] == ["circia"]
    assert len(in_force(KINDS.values())) == 12


def test_the_manual_names_every_kind_that_ships() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "regulatory-clocks.md").read_text()
    table = manual.partition("## The kinds")[2].partition("\n## ")[0]
    assert [key for key in KINDS if f"| `{key}` |" not in table] == []


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("gdpr", "gdpr"),
        ("GDPR", "gdpr"),
        ("uk gdpr", "uk-gdpr"),
        ("UK_GDPR", "uk-gdpr"),
        ("sec", "sec-8k"),
        ("nis-2", "nis2"),
        ("hippa", "hipaa"),
        ("cert-in", "in-certin"),
        ("pizza", None),
        ("", None),
        ("authority", None),
    ],
)
def test_kinds_are_found_as_people_type_them(typed: str, key: str | None) -> None:
    found = called(shipped(), typed)
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    ("within", "words"),
    [("72h", "72 hours"), ("1mo", "1 month"), ("4bd", "4 business days"), ("asap", "as soon as possible")],
)
def test_limits_are_said_in_words(within: str, words: str) -> None:
    assert limit(within) == words


def view(*steps: ClockStep) -> ClockView:
    gdpr = KINDS["gdpr"]
    clock = Clock(id=1, incident_id=7, kind="gdpr", name="GDPR", started_by="U1", started_at=after(5))
    aware = ClockEvent(
        clock_id=1, event="aware", at=after(2), first_at=after(3), by="U2", recorded_at=after(9), reason="the <log>"
    )
    return ClockView(clock=clock, kind=gdpr, events={"aware": aware}, steps=steps)


def step(name: str, state: ClockState, **more: Any) -> ClockStep:
    place = [one.key for one in KINDS["gdpr"].steps].index(name)
    row = ClockStep(id=place + 1, incident_id=7, clock_id=1, step=name, place=place, state=state)
    return row.model_copy(update={"began_at": after(2), **more})


def test_the_export_and_the_draft_say_what_was_owed_and_what_became_of_it() -> None:
    sent = step("authority", ClockState.SUBMITTED, due_at=after(2 + 72 * 60), ended_at=after(90), ended_by="U2")
    sent.reference = "ABC-1 AKIAIOSFODNN7EXAMPLE"
    waived = step("people", ClockState.NOT_REQUIRED, ended_at=after(95), ended_by="U1", reason="No high risk")
    made = record(clocks=[view(sent, waived, step("controller", ClockState.RUNNING))])

    found = json.loads(as_json(made))["clocks"]
    assert found["none"] is None
    [gdpr] = found["kinds"]
    assert gdpr["events"][0]["first_at"] == "2026-11-21T13:03:00Z"
    assert gdpr["events"][0]["reason"] == "the <log>"
    assert [one["state"] for one in gdpr["reports"]] == ["submitted", "not-required", "running"]
    assert gdpr["reports"][0]["by"] == "U2"
    assert gdpr["reports"][0]["due_at"] == "2026-11-24T13:02:00Z"
    assert "AKIA" not in as_json(made)

    text = draft(made, default_policy())
    section = text.partition("## Duties to report")[2].partition("\n## ")[0]
    assert (
        "| GDPR | notify the supervisory authority | 24 November 2026, 13:02 | sent 21 November 2026, 14:30" in section
    )
    assert "by Bilal Aydin, reference ABC-1" in section
    assert "not required (Anna Keller): No high risk" in section
    assert "| as soon as possible | **still owed** |" in section
    assert "counted from aware 21 November 2026, 13:02; Regulation (EU) 2016/679" in section


def test_that_none_applies_is_in_the_draft_and_silence_is_not() -> None:
    asked = ClockQuestion(incident_id=7, answered_at=after(5), answered_by="U1", reason="No data | touched")
    text = draft(record(clocks_asked=asked), default_policy())
    assert "## Duties to report\n\nNone applies: No data \\| touched" in text
    assert json.loads(as_json(record(clocks_asked=asked)))["clocks"]["none"] == "No data | touched"
    assert "Duties to report" not in draft(record(), default_policy())


def dora(due_at: datetime) -> Report:
    """DORA's first report, while nobody has classified the incident."""
    kind = KINDS["dora"]
    clock = Clock(id=1, incident_id=7, kind="dora", name="DORA", started_by="U1", started_at=after(5))
    aware = ClockEvent(clock_id=1, event="aware", at=after(2), first_at=after(2), by="U2", recorded_at=after(9))
    row = ClockStep(id=1, incident_id=7, clock_id=1, step="initial", place=0, state=ClockState.RUNNING)
    row.began_at, row.due_at = after(2), due_at
    return Report(view=ClockView(clock=clock, kind=kind, events={"aware": aware}, steps=[row]), step=row)


def test_a_reminder_says_what_is_left_or_that_late_is_better_than_not_at_all() -> None:
    end = after(2 + 24 * 60)
    report = dora(end)
    soon = reminder(report, incident(), ["U1", "S1"], end - timedelta(hours=4)).text
    assert "<@U1> <!subteam^S1> INC-7, DORA, competent authority: send the initial notification – *4 h left*" in soon
    assert "at the latest, earlier once `/incident clocks event dora classified 14:00` is recorded" in soon
    passed = reminder(report, incident(), ["U1"], end + timedelta(hours=4)).text
    assert "nobody has recorded `classified` yet" in passed
    assert "due 4 hours after that. If it will not, the report is not required." in passed

    gdpr = view(step("authority", ClockState.RUNNING, due_at=after(100)))
    late = reminder(Report(view=gdpr, step=gdpr.steps[0]), incident(), ["U1"], after(400)).text
    assert "5 h ago. Late is better than not at all: send it with the reasons for the delay" in late
    open_ended = view(step("people", ClockState.RUNNING))
    text = reminder(Report(view=open_ended, step=open_ended.steps[0]), incident(), ["U1"], after(62)).text
    assert "_only when the risk to them is high_ – due as soon as possible, 1 h have passed." in text


def test_the_card_names_the_most_urgent_report_and_counts_the_others() -> None:
    gdpr = view(step("people", ClockState.RUNNING), step("authority", ClockState.RUNNING, due_at=after(100)))
    assert card_line([], None) == ""
    line = card_line([gdpr], None)
    assert line.startswith("⚖️ *To report:* GDPR, lead supervisory authority by <!date^")
    assert line.endswith("· and 1 more: `/incident clocks`")
    assert "\n" not in line
    assert "is there a duty to?" in card_line([], ClockQuestion(incident_id=7))
    assert briefly([], ClockQuestion(incident_id=7), after(1)) == [
        "nobody has said yet whether there is a duty to: `/incident clocks`"
    ]
    told = briefly([gdpr], None, after(40))
    assert told[0].endswith("1 h left")
    assert told[1] == "GDPR, people affected as soon as possible"
    assert card_line([], ClockQuestion(incident_id=7, answered_at=after(1), reason="No data")) == ""


def test_reports_that_are_owed_by_the_same_time_share_one_reminder() -> None:
    both = [step(name, ClockState.RUNNING, due_at=after(600)) for name in ("authority", "people")]
    owed_later = step("controller", ClockState.RUNNING)
    found = view(*both, owed_later)
    first, second = (Report(view=found, step=one) for one in both)
    text = reminder(first, incident(), ["U1"], after(300)).text
    named = "tell the people affected _only when the risk to them is high_"
    assert text.endswith(f"\nBy the same time: {named}. `/incident clocks` records them.")
    at_half = after(2 + 299)
    assert not told_by_another(first, at_half)
    assert told_by_another(second, at_half)
    assert told_by_another(second, after(600 + 24 * 60))
    assert not told_by_another(second, after(77))
    assert not told_by_another(Report(view=found, step=owed_later), at_half)
