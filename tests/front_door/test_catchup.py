"""Catching up: for whoever comes back, for whoever joins, for whoever only wants to know."""

from bot.practice.driver.person import Person
from tests.stage import Stage


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def test_it_tells_all_at_first_and_then_what_was_missed(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    await stage.anna.types("/incident update The pool is exhausted", in_=channel)
    await stage.bilal.types("/incident catchup", in_=channel)
    first = told(stage.bilal)
    assert first.startswith("🔴 INC-1 · Checkout is failing\nSEV1 · investigating · running for 0 s")
    assert "What happened so far\n• 03:00 UTC Declared SEV1: Checkout is failing" in first
    assert "Now: The pool is exhausted" in first
    assert "Who: Incident commander @Anna Keller" in first

    await stage.pass_time(minutes=12)
    await stage.chen.joins(channel)
    await stage.chen.says("Raising the limit now", in_=channel)
    await stage.anna.types("/incident mitigated limit raised", in_=channel)
    await stage.pass_time(minutes=1)
    await stage.bilal.types("/incident tldr INC-1", in_="general")
    again = told(stage.bilal)
    assert "Since you were last here, 03:00 UTC, 13 min ago: 1 message\n" in again
    assert "• 03:12 UTC Mitigated after 12 min: limit raised" in again
    assert "Declared SEV1" not in again

    await stage.bilal.types("/incident catch-up", in_=channel)
    assert "last here, 03:13 UTC, 0 s ago: 0 messages, and nothing new on the timeline." in told(stage.bilal)
    await stage.bilal.types("/incident catchup all", in_=channel)
    assert "Declared SEV1" in told(stage.bilal)


async def test_who_joins_later_is_told_once_and_privately(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    await stage.pass_time(minutes=1)
    assert stage.bilal.ephemerals() == []
    assert stage.bilal.dm.messages == []
    await stage.pass_time(minutes=9)
    posted = len(channel.messages)

    await stage.chen.joins(channel)
    await stage.anna.invites(stage.dora, channel)
    await stage.settle()
    assert told(stage.chen).startswith("🔴 INC-1 · Checkout is failing\nSEV1 · investigating · running for 10 min")
    assert "You alone see this." in told(stage.chen)
    [direct] = stage.dora.dm.messages  # she may not be looking: it waits for her
    assert "What happened so far" in direct.shown
    assert len([one for one in channel.messages[posted:] if "caught" in one.shown.lower()]) == 0

    await stage.chen.leaves(channel)
    await stage.chen.joins(channel)
    await stage.settle()
    assert len(stage.chen.ephemerals()) == 1


async def test_stakeholders_read_what_concerns_them(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.anna.types("/incident update Rolled back. Next update 5:00 to customers", in_=channel)
    await stage.dora.types("/incident status --stakeholders INC-1", in_="general")
    shown = told(stage.dora)
    assert "Major degradation (SEV1), investigating, running for 0 s." in shown
    assert "Promised outside\n• 1. Next update by 04:00 UTC to customers (in 1 h)" in shown
    assert "Questions: to @Anna Keller" in shown
