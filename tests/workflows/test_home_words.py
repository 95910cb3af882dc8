"""The home tab as Slack would take it, whatever is on record."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.practice.limits.views import is_too_large, view_problems
from storage.models import Action, Escalation, Handoff, Incident, Status
from workflows.home_words import Desk, home
from workflows.words import escape

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
text = st.text(min_size=1, max_size=150)
moments = st.none() | st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds))


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    return Incident(
        id=draw(st.integers(1, 10**6)),
        press="p",
        title=draw(text),
        severity=draw(st.sampled_from(["SEV0", "<b>"])),
        status=draw(st.sampled_from(list(Status))),
        private=draw(st.booleans()),
        declared_by="U1",
        declared_at=NOW,
        resolved_at=draw(moments),
        closed_at=draw(moments),
        update_due_at=draw(moments),
        channel_name="c",
        channel_id=draw(st.sampled_from([None, "C0ROOM"])),
    )


@st.composite
def actions(draw: st.DrawFn) -> tuple[Action, Incident]:
    made = Action(
        id=draw(st.integers(1, 10**6)),
        incident_id=1,
        number=draw(st.integers(1, 10**6)),
        text=escape(draw(st.text(min_size=1, max_size=300))),
        due=draw(st.sampled_from([None, "2026-11-20", "2026-12-01"])),
        due_at=draw(moments),
        created_by="U1",
        created_at=NOW,
    )
    return made, draw(incidents())


@given(
    mine=st.lists(incidents(), max_size=10),
    took=st.lists(actions(), max_size=40),
    listed=st.lists(incidents(), max_size=25),
    recent=st.lists(incidents(), max_size=8),
    how_many=st.integers(0, 10**5),
)
def test_slack_takes_every_home_tab(
    mine: list[Incident],
    took: list[tuple[Action, Incident]],
    listed: list[Incident],
    recent: list[Incident],
    how_many: int,
) -> None:
    incident = Incident(id=1, press="p", title="t", severity="S", declared_by="U1", declared_at=NOW, channel_name="c")
    offer = Handoff(id=1, incident_id=1, from_user="U1", to_user="U2", proposed_at=NOW, expires_at=NOW)
    call = Escalation(
        id=1, incident_id=1, cause="c", occasion="asked", reason="x" * 3000, by="U1", state="calling", began_at=NOW
    )
    desk = Desk(
        handoffs=[(offer, incident)] * 5,
        calls=[(call, incident)] * 5,
        mine=mine,
        roles={one.key: ["ic", "sme"] for one in mine},
        actions=took,
        open_now=listed,
        how_many=max(how_many, len(listed)),
        commanders={one.key: "U1" for one in listed},
        recent=recent,
        today="2026-11-21",
        now=NOW + timedelta(hours=1),
        links={one.key: "https://acme.slack.com/archives/C1/p1" for one in recent},
    )
    view = home(desk)
    assert view_problems(dict(view), surface="home") == []
    assert not is_too_large(view)
    assert len(view["blocks"]) < 100


def test_what_is_overdue_stands_out() -> None:
    late = Action(incident_id=1, id=1, number=1, text="a", due="2026-11-20", created_by="U1", created_at=NOW)
    incident = Incident(
        id=1, press="p", title="t", severity="SEV1", declared_by="U1", declared_at=NOW, channel_name="c"
    )
    shown = str(home(Desk(actions=[(late, incident)], today="2026-11-21")))
    assert "*was due 2026-11-20*" in shown
