"""`INC-7` in a conversation is explained: once, in the thread, to those who may know of it."""

from bot.practice.state.channels import Channel
from tests.stage import Stage


async def town(stage: Stage) -> Channel:
    """A channel with the bot in it, where Dora and Chen talk."""
    await stage.dora.invites(stage.workspace.bot_user_id, "general")
    return stage.workspace.channel("general")


async def test_a_number_or_a_link_is_explained_once_in_the_thread(stage: Stage) -> None:
    general = await town(stage)
    channel = await stage.declare("sev1 Checkout is failing")
    other = await stage.declare("sev2 Search is slow")
    said = await stage.dora.says("Is that inc-1 again? And INC-2, INC-99, `INC-2`", in_=general)
    await stage.settle()
    assert [one.shown.partition(" · as of")[0] for one in said.replies] == [
        f"🔴 INC-1 · SEV1 · Checkout is failing · investigating · IC Anna Keller · #{channel.name}",
        f"🔴 INC-2 · SEV2 · Search is slow · investigating · IC Anna Keller · #{other.name}",
    ]

    # Not again within the hour; in another thread, yes; at home and in the other words of a mention, never.
    again = await stage.chen.says("INC-1 it is, I think", in_=general)
    thread = await stage.chen.says("Where do I look?", in_=general)
    link = f"https://practice.slack.com/archives/{channel.id}/p{channel.pinned[0].ts.replace('.', '')}"
    for words in (f"Here: {link}", "INC-1, as I said"):
        await stage.dora.says(words, thread=thread)
        await stage.settle()
    home = await stage.anna.says("This is INC-1", in_=channel)
    alarm = stage.workspace.another_app_says("Alarms", "INC-2 is late", in_=general)
    await stage.settle()
    assert again.replies == home.replies == alarm.replies == []
    assert [one.shown for one in thread.replies if "as of" in one.shown] == [thread.replies[1].shown]
    assert "INC-1 · SEV1" in thread.replies[1].shown

    await stage.anna.types("/incident resolved rolled back", in_=channel)
    await stage.pass_time(minutes=61)
    later = await stage.chen.says("How did INC-1 end?", in_=general)
    await stage.settle()
    assert later.replies[0].shown.startswith("🟢 INC-1 · SEV1 · Checkout is failing · resolved")

    # Where people of another company read along, nothing is said.
    general.is_ext_shared = True
    await stage.pass_time(minutes=61)
    shared = await stage.dora.says("INC-1?", in_=general)
    await stage.settle()
    assert shared.replies == []


async def test_a_private_incident_is_explained_to_those_only_who_may_know_of_it(stage: Stage) -> None:
    general = await town(stage)
    channel = await stage.declare("sev1 A key has leaked with @bilal")
    await stage.bilal.makes_private(channel)
    await stage.settle()
    said = await stage.dora.says("What is INC-1? Or INC-99?", in_=general)
    link = await stage.chen.says(f"https://practice.slack.com/archives/{channel.id}/p1", in_=general)
    await stage.settle()
    assert said.replies == link.replies == []
    assert stage.dora.ephemerals() == stage.chen.ephemerals() == []

    known = await stage.bilal.says("INC-1 goes on tomorrow", in_=general)
    await stage.settle()
    assert known.replies == []
    assert "INC-1 · SEV1 · A key has leaked" in stage.bilal.ephemerals()[-1].shown
