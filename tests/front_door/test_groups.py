"""User groups: their people are brought in, whoever cannot come is named, and what failed is tried again."""

from dataclasses import replace

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.stage import Stage
from workflows.policy import Policy


async def restart_with(stage: Stage, **changes: object) -> None:
    """The bot again, with another policy."""
    await stage.stop()
    stage.settings = replace(stage.settings, policy=replace(stage.settings.policy, **changes))  # type: ignore[arg-type]
    await stage.start()


def severities_inviting(policy: Policy, level: str, group: str) -> object:
    return tuple(replace(one, invite=(group,)) if one.level == level else one for one in policy.severities)


async def timeline(stage: Stage, channel: Channel) -> str:
    answer = await stage.anna.types("/incident timeline", in_=channel)
    await stage.settle()
    return answer or stage.anna.ephemerals()[-1].shown


def names(stage: Stage, channel: Channel) -> set[str]:
    return {person.name for person in stage.workspace.people if person.id in channel.members}


def crowd(stage: Stage, size: int) -> list[Person]:
    return [stage.workspace.add_person(f"Responder{number:03} Smith") for number in range(size)]


async def test_a_group_named_when_declaring_is_brought_in_beside_people(stage: Stage) -> None:
    stage.workspace.add_usergroup("payments-oncall", [stage.bilal, stage.chen])

    channel = await stage.declare("sev1 Checkout is failing with @payments-oncall and @dora")

    assert names(stage, channel) == {"Anna Keller", "Bilal Aydin", "Chen Wei", "Dora Lind"}
    assert channel.pinned[0].shown.startswith("🔴 INC-1 · Checkout is failing\n")
    assert "payments" not in channel.name
    assert "problem" not in await timeline(stage, channel)


async def test_groups_of_the_severity_and_of_every_incident_are_brought_in_at_once(stage: Stage) -> None:
    everybody = stage.workspace.add_usergroup("responders", crowd(stage, 12))
    executives = stage.workspace.add_usergroup("sev1", [stage.chen])
    policy = stage.settings.policy
    severities = severities_inviting(policy, "SEV1", executives.id)
    await restart_with(stage, invite=(everybody.id,), severities=severities)

    channel = await stage.declare("sev1 Checkout is failing")

    assert len(channel.members) == 12 + 3  # with Anna, Chen and the bot
    invitations = [call for call in stage.workspace.calls if call.method == "conversations.invite"]
    assert len(invitations) == 3  # Anna, the twelve, Chen
    other = await stage.declare("sev2 A page is slow")
    assert stage.chen not in other.members


async def test_who_cannot_come_is_named_with_who_can_fix_it_and_holds_up_nobody(stage: Stage) -> None:
    guest = stage.workspace.add_person("Gil Guest", guest=True, one_channel=True)
    stage.workspace.add_channel("their-project", members=[guest])
    left = stage.workspace.add_person("Lea Left")
    stage.workspace.add_usergroup("payments", [stage.bilal, guest, left])
    stage.workspace.deactivate(left)

    channel = await stage.declare("sev1 Checkout is failing with @payments")

    assert names(stage, channel) == {"Anna Keller", "Bilal Aydin"}
    told = await timeline(stage, channel)
    assert "@Gil Guest: ura_max_channels. They are a guest of one channel: a workspace admin must make them" in told
    assert "@Lea Left: user_not_found. They are not in this workspace any more; name somebody else." in told


async def test_a_group_that_slack_does_not_give_is_told_and_brought_in_after_repair(stage: Stage) -> None:
    group = stage.workspace.add_usergroup("payments", [stage.bilal])
    gone = stage.workspace.add_usergroup("gone", [stage.chen])
    gone.disabled = True
    stage.workspace.plan = "free"
    await restart_with(stage, invite=(gone.id,))

    channel = await stage.declare("sev1 Checkout is failing with @payments and @dora")

    assert names(stage, channel) == {"Anna Keller", "Dora Lind"}
    assert len(channel.pinned) == 1
    told = await timeline(stage, channel)
    assert "The user group @payments could not be read, so nobody was brought in through it" in told
    assert "plan_upgrade_required" in told
    assert "User groups need a paid Slack plan; name its people one by one." in told

    stage.workspace.plan = "paid"
    answer = await stage.anna.types("/incident status repair", in_=channel)
    await stage.settle()
    assert "bringing in the people of a service, severity or user group" in (answer or "")
    assert stage.bilal in channel.members
    assert stage.chen not in channel.members
    told = await timeline(stage, channel)
    assert f"{gone.id} (those invited to every incident) could not be read" in told
    assert "There is no such user group any more; name its people one by one." in told
    assert group.id not in told


async def test_looking_up_a_group_holds_up_neither_channel_nor_card(stage: Stage) -> None:
    stage.workspace.add_usergroup("payments", [stage.bilal])

    async def pinned() -> None:
        await stage.workspace.until(lambda: [one for one in stage.workspace.calls if one.method == "pins.add"])

    stage.workspace.faults.on("usergroups.users.list").calls(pinned)
    channel = await stage.declare("sev1 Checkout is failing with @payments")
    assert stage.bilal in channel.members
