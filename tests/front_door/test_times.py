"""The milestones of an incident, as people look at them and put them right."""

from bot.practice.driver.person import Person
from tests.stage import Stage


def told(person: Person) -> str:
    """What the person read last."""
    return person.ephemerals()[-1].shown


async def test_times_are_shown_and_put_right_in_the_time_of_who_types(stage: Stage) -> None:
    """Declared at three UTC; Anna is in Berlin, an hour ahead."""
    channel = await stage.declare()
    await stage.pass_time(minutes=20)
    await stage.anna.types("/incident times", in_=channel)
    assert "Impact began: not known" in told(stage.anna)
    assert "Declared: " in told(stage.anna)
    assert "Mitigated: –" in told(stage.anna)

    await stage.anna.types("/incident times began 03:40 detected 03:50", in_=channel)
    await stage.settle()
    assert "Impact began: 2026-11-21 at 02:40 UTC" in told(stage.anna)
    assert "Detected" in told(stage.anna)
    assert "after 10 min" in told(stage.anna)
    assert "02:40" in channel.pinned[0].shown
    await stage.anna.types("/incident timeline", in_=channel)
    assert "Impact began: " in told(stage.anna)

    for typed, sentence in (
        ("times detected 03:30", "“Detected” (2026-11-21 at 02:30 UTC) cannot be before “Impact began”"),
        ("times mitigated 04:10", "INC-1 is investigating: /incident mitigated first, then its time can be put right."),
        ("times declared 03:00", "“Declared” is when Sitrep was told, so it stays."),
        ("times began 2027-01-01 10:00", "is not a time that has passed."),
        ("times began", "There is no time behind “began”."),
        ("times lunch 12:00", "“lunch” is no milestone. There are began, detected"),
        ("times began 03:40", "These are the times of INC-1 already."),
    ):
        answer = await stage.anna.types(f"/incident {typed}", in_=channel)
        assert sentence in (answer or ""), answer

    await stage.anna.types("/incident mitigated rolled back", in_=channel)
    await stage.settle()
    await stage.anna.types("/incident times", in_=channel)
    await stage.anna.presses("Put right", on=stage.anna.ephemerals()[-1])
    assert stage.anna.modal is not None
    assert stage.anna.modal.values["Impact began"] == "2026-11-21 03:40"
    errors = await stage.anna.submits({"Mitigated": "03:30"})
    assert "cannot be before" in next(iter(errors.values()))
    assert stage.anna.modal.values["Mitigated"] == "03:30"
    acknowledged = stage.anna.modal.values["Acknowledged"]
    errors = await stage.anna.submits({"Mitigated": "04:05", "Acknowledged": ""})
    assert "can be put right, not taken away" in errors["Acknowledged"]
    assert await stage.anna.submits({"Acknowledged": acknowledged, "Detected": ""}) == {}
    await stage.settle()
    await stage.anna.types("/incident times", in_=channel)
    assert "Detected: not known" in told(stage.anna)
    assert "03:05" in told(stage.anna)
