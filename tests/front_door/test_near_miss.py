"""Near misses: recorded and reviewed, without a channel."""

from bot.practice.driver.person import Person
from storage import near_misses
from tests.stage import Stage
from workflows.words import plain


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


async def test_a_near_miss_is_recorded_listed_and_reviewed_and_disturbs_nobody(stage: Stage) -> None:
    channels = len(stage.workspace.channels)
    await stage.anna.types("/incident list near-misses", in_="general")
    assert told(stage.anna).startswith("No near miss is on record.")
    await stage.anna.types("/incident near-miss disk at 99% on db-1 & nobody <!here> knew --at 02:30", in_="general")
    assert told(stage.anna).startswith("NM-1 is on record: disk at 99% on db-1 & nobody <!here> knew")
    await stage.dora.types("/incident near-miss", in_="general")
    assert await stage.dora.submits({"What almost happened?": "…"}) == {
        "What almost happened?": "A few words about what almost happened, please."
    }
    told_long = "Wrong DNS" + " & more of it" * 200  # all of it is kept, as much is shown as fits
    assert await stage.dora.submits({"What almost happened?": told_long, "What prevented it?": "Chen looked"}) == {}
    assert stage.dora.modal is not None
    assert "NM-2 is on record: Wrong DNS & more of it" in stage.dora.modal.shown
    async with stage.app.services.database.read() as session:
        kept = await near_misses.get(session, 2)
    assert plain(kept.text if kept else "") == f"{told_long} – Chen looked"

    await stage.bilal.types("/incident near-miss review NM-1 alert at 80% is in place", in_="general")
    assert told(stage.bilal) == "NM-1 is reviewed. /incident list near-misses shows what is left."
    await stage.bilal.types("/incident list near-misses", in_="general")
    shown = told(stage.bilal)
    assert shown.index("NM-2 Wrong DNS") < shown.index("NM-1 disk at 99%")
    assert "not reviewed yet" in shown
    assert "alert at 80% is in place – @Bilal Aydin" in shown
    await stage.bilal.presses("Review", on=stage.bilal.ephemerals()[-1])
    assert stage.bilal.modal is not None
    assert (await stage.bilal.submits({"What came of it?": "!"})).keys() == {"What came of it?"}
    assert await stage.bilal.submits({"What came of it?": "A check before each change"}) == {}
    await stage.bilal.types("/incident near-miss list", in_="general")
    assert "A check before each change" in told(stage.bilal)

    for typed, sentence in (
        ("near-miss review 9 fine", "There is no NM-9."),
        (f"near-miss review NM-{'9' * 5000} fine", f"There is no NM-{'9' * 20}."),
        (f"status INC-{'9' * 5000}", f"There is no INC-{'9' * 20}."),
        ("near-miss review", "Which one? For example"),
        ("near-miss disk full --at 27:00", "“27:00” is not a time that has passed behind --at"),
    ):
        assert sentence in (await stage.anna.types(f"/incident {typed}", in_="general") or "")
    await stage.settle()
    assert len(stage.workspace.channels) == channels
    assert stage.workspace.channel("incidents").messages == []
