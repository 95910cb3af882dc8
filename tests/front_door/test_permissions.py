"""Who may do what, as people notice it: what works, what is refused, and how they learn what would work."""

from dataclasses import replace
from pathlib import Path

from bot.practice.driver.person import Person
from tests.stage import Stage, open_stage
from workflows.policy import PERMISSIONS, default_policy


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def test_members_change_an_incident_and_others_are_told_where_to_join(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    refusal = f"For INC-1 that is for people in its channel. Join #{channel.name} and do it there. Nothing was changed."
    await stage.dora.types("/incident status INC-1", in_="general")
    assert "Checkout is failing" in told(stage.dora)
    for line in ("update INC-1 rolled back", "update INC-1", "note INC-1 seen it", "role INC-1 take scribe"):
        await stage.dora.types(f"/incident {line}", in_="general")
        assert told(stage.dora) == refusal, line
    assert stage.dora.modal is None

    await stage.dora.joins(channel)
    await stage.settle()
    await stage.dora.types("/incident role INC-1 take scribe", in_="general")
    await stage.settle()
    assert "Scribe @Dora Lind" in channel.pinned[0].shown
    await stage.dora.leaves(channel)
    await stage.settle()
    await stage.dora.types("/incident note INC-1 I still hold the pen", in_="general")
    assert told(stage.dora) != refusal


async def test_rules_of_the_configuration_hold_for_words_buttons_and_forms(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as first:
        group = first.workspace.add_usergroup("responders", [first.bilal])
        dora = first.dora.id
    rules = {
        **PERMISSIONS,
        "declare": (group.id, "admins"),
        "severity": ("ic",),
        "update": ("roles", group.id),
        "status": ("members",),
        "read": ("members",),
    }
    policy = replace(default_policy(), permissions=rules, admins=(dora,))
    async with open_stage(tmp_path / "again", policy=policy) as stage:
        stage.workspace.add_usergroup("responders", [stage.bilal])
        await stage.anna.types("/incident declare sev1 Checkout is failing", in_="general")
        assert told(stage.anna).startswith("Here /incident declare is for the user group")
        channel = await stage.declare(by=stage.bilal)
        for who in (stage.anna, stage.chen):
            await who.joins(channel)
        await stage.settle()

        await stage.chen.presses("Severity", in_=channel)
        await stage.settle()
        assert stage.chen.modal is None
        assert told(stage.chen) == (
            f"For INC-1 that is for the incident commander. @Bilal Aydin is incident commander: ask them in "
            f"#{channel.name}. Nothing was changed."
        )
        await stage.chen.types("/incident update rolled back", in_=channel)
        assert told(stage.chen).startswith("For INC-1 that is for people with a role in it and the user group")
        await stage.dora.types("/incident status INC-1", in_="general")
        assert told(stage.dora).startswith("For INC-1 that is for people in its channel.")
        await stage.dora.types("/incident promises INC-1", in_="general")  # shows, although it is no reading word
        assert told(stage.dora).startswith("For INC-1 that is for people in its channel.")

        # Being in the group counts, without a role and without being asked of Slack again and again.
        await stage.bilal.types("/incident role comms @anna", in_=channel)
        await stage.anna.types("/incident update rolled back", in_=channel)
        await stage.bilal.types("/incident update it holds", in_=channel)
        await stage.settle()
        assert sum("[UPDATE" in message.shown for message in channel.messages) == 2
        asked = [call for call in stage.workspace.calls if call.method == "usergroups.users.list"]
        assert len(asked) == 1


async def test_a_form_that_was_opened_before_keeps_what_was_typed_when_it_is_refused(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.dora.joins(channel)
    await stage.settle()
    await stage.dora.presses("Post update", in_=channel)
    await stage.dora.leaves(channel)
    await stage.settle()

    errors = await stage.dora.submits({"What changed?": "rolled back"})

    assert any("for people in its channel" in error for error in errors.values())
    assert stage.dora.modal is not None
    assert stage.dora.modal.fields["What changed?"] == "rolled back"
