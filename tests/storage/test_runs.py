"""What is owed to Slack: claimed by one process, in order, again when asked again."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

from storage import runs
from storage.database import Database
from storage.models import Run, RunState
from tests.storage.conftest import NOW

LEASE = timedelta(seconds=30)


async def owe(database: Database, key: str, lane: str = "", **more: object) -> Run:
    async with database.write() as session:
        return await runs.owe(session, kind="say", key=key, lane=lane or key, now=NOW, **more)  # type: ignore[arg-type]


async def claim(
    database: Database, owner: str = "a", now: datetime = NOW, busy: Collection[int] = (), most: int = 40
) -> list[Run]:
    async with database.write() as session:
        wanted = runs.Wanted(now=now, kinds=("say",), busy=busy)
        return list(await runs.claim(session, wanted, owner=owner, lease=LEASE, most=most))


async def finish(database: Database, run: Run, owner: str = "a", now: datetime = NOW) -> None:
    async with database.write() as session:
        await runs.finish(session, run, owner=owner, now=now)


async def stored(database: Database, run: Run) -> Run:
    async with database.read() as session:
        found = await session.get(Run, run.id)
    assert found is not None
    return found


def keys(claimed: Collection[Run]) -> list[str]:
    return [run.key for run in claimed]


async def test_what_is_owed_is_claimed_once(database: Database, other: Database) -> None:
    await owe(database, "one")
    assert keys(await claim(database, "a")) == ["one"]
    assert keys(await claim(other, "b")) == []


async def test_what_is_not_due_yet_waits(database: Database) -> None:
    await owe(database, "later", due_at=NOW + timedelta(seconds=5))
    assert keys(await claim(database)) == []
    assert keys(await claim(database, now=NOW + timedelta(seconds=5))) == ["later"]


async def test_processes_that_claim_at_once_get_different_runs(database: Database, other: Database) -> None:
    for number in range(30):
        await owe(database, str(number))
    shares = await asyncio.gather(
        *(
            claim(through, through_name, most=5)
            for through_name, through in [(f"p{number}", (database, other)[number % 2]) for number in range(6)]
        )
    )
    together = [key for share in shares for key in keys(share)]
    assert len(together) == len(set(together))


async def test_a_lease_that_ran_out_is_taken_over(database: Database, other: Database) -> None:
    await owe(database, "one")
    await claim(database, "dead")
    assert keys(await claim(other, "b", now=NOW + LEASE)) == []
    [taken] = await claim(other, "b", now=NOW + LEASE + timedelta(seconds=1))
    assert (taken.key, taken.attempts) == ("one", 2)


async def test_a_lease_that_is_extended_is_not_taken_over(database: Database) -> None:
    run = await owe(database, "one")
    await claim(database, "a")
    async with database.write() as session:
        await runs.extend(session, owner="a", run_ids=[run.id or 0], until=NOW + 2 * LEASE)
        await runs.extend(session, owner="b", run_ids=[run.id or 0], until=NOW)
    assert keys(await claim(database, "b", now=NOW + LEASE + timedelta(seconds=1))) == []


async def test_leases_of_the_dead_can_be_ended_at_once(database: Database) -> None:
    await owe(database, "one")
    await claim(database, "dead")
    async with database.write() as session:
        await runs.release(session)
    [taken] = await claim(database, "a")
    assert taken.attempts == 2


async def test_a_lane_is_worked_off_in_order(database: Database) -> None:
    for key in ("first", "second", "third"):
        await owe(database, key, lane="incident:1")
    await owe(database, "elsewhere", lane="incident:2")
    first, elsewhere = await claim(database)
    assert keys([first, elsewhere]) == ["first", "elsewhere"]
    assert keys(await claim(database, "b")) == []
    await finish(database, first)
    assert keys(await claim(database)) == ["second"]


async def test_a_run_that_is_put_off_holds_its_lane_and_one_that_failed_does_not(database: Database) -> None:
    for key in ("first", "second"):
        await owe(database, key, lane="incident:1")
    [first] = await claim(database)
    async with database.write() as session:
        await runs.postpone(session, first, owner="a", due_at=NOW + LEASE, trouble="Slack is busy")
    assert keys(await claim(database)) == []
    assert (await stored(database, first)).trouble == "Slack is busy"

    [first] = await claim(database, now=NOW + LEASE)
    async with database.write() as session:
        await runs.fail(session, first, owner="a", trouble="not allowed")
    assert (await stored(database, first)).state == RunState.FAILED
    assert keys(await claim(database)) == ["second"]


async def test_owing_the_same_again_is_one_run(database: Database) -> None:
    first = await owe(database, "one", args={"text": "old"})
    again = await owe(database, "one", args={"text": "new"})
    assert first.id == again.id
    assert (await stored(database, first)).args == {"text": "new"}
    assert len(await claim(database)) == 1


async def test_asked_for_again_while_it_runs_it_goes_through_once_more(database: Database) -> None:
    await owe(database, "one")
    [run] = await claim(database)
    for _ in range(3):
        await owe(database, "one")
    await finish(database, run)
    [again] = await claim(database)
    assert again.attempts == 1
    await finish(database, again)
    assert keys(await claim(database)) == []


async def test_asked_for_again_after_it_ended_it_starts_afresh(database: Database) -> None:
    await owe(database, "one")
    [run] = await claim(database)
    await finish(database, run)
    assert (await stored(database, run)).state == RunState.DONE
    await owe(database, "one")
    [again] = await claim(database)
    assert again.attempts == 1


async def test_asked_for_again_after_it_failed_it_still_looks_before_it_repeats(database: Database) -> None:
    await owe(database, "one")
    [run] = await claim(database)
    async with database.write() as session:
        await runs.fail(session, run, owner="a", trouble="not allowed")
    await owe(database, "one")
    [again] = await claim(database)
    assert again.attempts == 2


async def test_who_lost_the_lease_ends_nothing(database: Database) -> None:
    await owe(database, "one")
    [run] = await claim(database, "slow")
    await claim(database, "b", now=NOW + 2 * LEASE)
    await finish(database, run, "slow")
    async with database.write() as session:
        await runs.fail(session, run, owner="slow", trouble="too late")
        await runs.postpone(session, run, owner="slow", due_at=NOW, trouble="too late")
    found = await stored(database, run)
    assert (found.state, found.leased_by, found.trouble) == (RunState.WAITING, "b", "")
    assert found.asked == 2  # what ended late may have hidden what was newer


async def test_the_first_result_of_a_step_stays(database: Database) -> None:
    run = await owe(database, "one")
    for result in ("1.0001", "1.0002"):
        async with database.write() as session:
            kept = await runs.add_result(session, run_id=run.id or 0, name="post", result=result, now=NOW)
        assert kept == "1.0001"
    async with database.read() as session:
        assert await runs.results(session, run.id or 0) == {"post": "1.0001"}


async def test_counts_tell_what_waits_and_whose_turn_it_is(database: Database) -> None:
    await owe(database, "now", lane="incident:1")
    await owe(database, "next in the lane", lane="incident:1")
    await owe(database, "later", due_at=NOW + LEASE)
    async with database.read() as session:
        assert (await runs.unfinished(session), await runs.unfinished(session, NOW)) == (3, 1)
        assert await runs.anything_due(session, runs.Wanted(now=NOW, kinds=("say",)))
    [run] = await claim(database)
    async with database.read() as session:
        assert not await runs.anything_due(session, runs.Wanted(now=NOW, kinds=("say",)))
    await finish(database, run)
    async with database.read() as session:
        assert (await runs.unfinished(session), await runs.unfinished(session, NOW)) == (2, 1)


async def test_what_this_process_is_busy_with_is_not_claimed_again(database: Database) -> None:
    run = await owe(database, "one")
    assert keys(await claim(database, busy=[run.id or 0])) == []
