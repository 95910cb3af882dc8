"""Group commit: together on disk, but each alone in its failure."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.models import Press
from storage.writer import Job, Writer
from tests.storage.conftest import NOW


def put(key: str) -> Job:
    async def job(session: AsyncSession) -> None:
        session.add(Press(key=key, at=NOW))

    return job


async def bad(session: AsyncSession) -> None:
    session.add(Press(key="bad", at=NOW))
    await session.flush()
    raise LookupError("this job cannot be done")


async def keys(database: Database) -> list[str]:
    async with database.read() as session:
        return list((await session.exec(select(Press.key).order_by(col(Press.key)))).all())


async def test_what_arrives_together_is_committed_together(database: Database) -> None:
    writer, sessions = Writer(database), []

    def job(number: int) -> Job:
        async def work(session: AsyncSession) -> None:
            sessions.append(session)
            session.add(Press(key=f"{number:03}", at=NOW))

        return work

    await asyncio.gather(*(writer.write(job(number)) for number in range(250)))
    await writer.close()
    assert len(await keys(database)) == 250
    assert len({id(session) for session in sessions}) <= 3


async def test_what_costs_less_together_is_done_together_and_answered_each(database: Database) -> None:
    writer, groups = Writer(database), []

    async def lengths(session: AsyncSession, words: Sequence[str]) -> list[int]:
        groups.append(len(words))
        if "bad" in words:
            raise LookupError("this one cannot be done")
        session.add_all(Press(key=word, at=NOW) for word in words)
        return [len(word) for word in words]

    assert await asyncio.gather(*(writer.write_together(lengths, word) for word in ("a", "bb", "ccc"))) == [1, 2, 3]
    outcomes = await asyncio.gather(
        *(writer.write_together(lengths, word) for word in ("dddd", "bad")), return_exceptions=True
    )
    await writer.close()
    assert groups == [3, 2, 1, 1]
    assert outcomes[0] == 4
    assert isinstance(outcomes[1], LookupError)
    assert await keys(database) == ["a", "bb", "ccc", "dddd"]


async def test_a_job_is_done_only_when_another_process_can_see_it(database: Database, other: Database) -> None:
    writer, neighbour = Writer(database), asyncio.Event()

    async def slow(session: AsyncSession) -> None:
        await neighbour.wait()

    first = asyncio.create_task(writer.write(put("first")))
    second = asyncio.create_task(writer.write(slow))
    await asyncio.sleep(0)
    async with other.read() as session:
        await session.get(Press, "first")
    assert not first.done()

    neighbour.set()
    await first
    assert await keys(other) == ["first"]
    await second
    await writer.close()


async def test_one_bad_job_fails_alone(database: Database) -> None:
    writer = Writer(database)
    outcomes = await asyncio.gather(
        writer.write(put("a")), writer.write(bad), writer.write(put("b")), return_exceptions=True
    )
    await writer.close()
    assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, type(None)]
    assert await keys(database) == ["a", "b"]


async def test_a_conflict_in_the_schema_fails_alone_too(database: Database) -> None:
    writer = Writer(database)
    outcomes = await asyncio.gather(*(writer.write(put(key)) for key in ("a", "a", "b")), return_exceptions=True)
    await writer.close()
    assert [outcome is None for outcome in outcomes] == [True, False, True]
    assert await keys(database) == ["a", "b"]


async def test_somebody_who_stops_waiting_does_not_disturb_the_others(database: Database) -> None:
    writer = Writer(database)
    impatient = asyncio.create_task(writer.write(put("a")))
    patient = asyncio.create_task(writer.write(put("b")))
    await asyncio.sleep(0)
    impatient.cancel()
    await patient
    with pytest.raises(asyncio.CancelledError):
        await impatient
    await writer.close()
    assert "b" in await keys(database)


async def test_closing_finishes_what_was_handed_in(database: Database) -> None:
    writer = Writer(database)
    tasks = [asyncio.create_task(writer.write(put(f"{number:02}"))) for number in range(20)]
    await asyncio.sleep(0)
    await writer.close()
    assert len(await keys(database)) == 20
    await asyncio.gather(*tasks)


async def test_a_writer_that_was_never_used_closes_quietly(database: Database) -> None:
    await Writer(database).close()
