"""Speaking to the bot: by mentioning it, or directly. It understands what it understands after `/incident`."""

from bot.practice.driver.person import Person
from tests.stage import Stage

HERE = "Say it as you would type it"


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def test_a_mention_says_what_can_be_done_here_and_its_words_are_understood(stage: Stage) -> None:
    channel = await stage.declare("sev1 Checkout is failing with @bilal")
    named = await stage.bilal.says("Is @sitrep recording this?", in_=channel)
    await stage.settle()
    [answer] = named.replies
    assert answer.shown.startswith(
        "🔴 INC-1 · SEV1 · Checkout is failing\nInvestigating · IC Anna Keller · Next update"
    )
    assert HERE in answer.shown
    assert "Post update" in answer.buttons
    assert "@Anna Keller" not in answer.shown, "nobody is pinged"

    await stage.bilal.says("hey @sitrep update Rolled back to 41", in_=channel)
    await stage.settle()
    assert "Now: Rolled back to 41" in channel.pinned[0].shown
    assert "update" in told(stage.bilal).lower()

    # In a thread the answer is in the thread.
    thread = await stage.bilal.says("Who talks to customers?", in_=channel)
    await stage.bilal.says("@sitrep", thread=thread)
    await stage.settle()
    await stage.bilal.says("@sitrep role comms @chen", thread=thread)
    await stage.settle()
    assert HERE in thread.replies[1].shown
    assert stage.bilal.ephemerals()[-1].thread_ts == thread.ts
    assert told(stage.bilal) == "@Chen Wei is communications lead of INC-1 now, and gets a briefing."

    # The same permissions: only the commander closes.
    await stage.pass_time(minutes=1)
    await stage.anna.says("@sitrep resolved the rollback helped", in_=channel)
    await stage.settle()
    await stage.bilal.says("@sitrep close it is over", in_=channel)
    await stage.settle()
    assert "Anna Keller" in told(stage.bilal)
    assert "resolved" in channel.topic


async def test_outside_an_incident_a_mention_declares_and_forms_come_as_a_button(stage: Stage) -> None:
    await stage.dora.invites(stage.workspace.bot_user_id, "general")
    named = await stage.dora.says("@sitrep", in_="general")
    await stage.settle()
    [answer] = named.replies
    assert "This channel belongs to no incident" in answer.shown
    assert answer.buttons == ["Declare an incident", "What is open?"]
    await stage.dora.presses("What is open?", on=answer)
    await stage.settle()
    assert told(stage.dora).startswith("No incident is open")

    await stage.dora.says("@sitrep declare sev2 Search is down", in_="general")
    await stage.settle()
    assert stage.workspace.find_channel("incident-2026-11-21-search-is-down") is not None
    assert told(stage.dora).startswith("INC-1 SEV2 declared: Search is down")

    await stage.dora.says("@sitrep declare", in_="general")
    await stage.settle()
    assert told(stage.dora) == "That takes a form.\n[Open the form]"
    await stage.dora.presses("Open the form")
    assert stage.dora.modal is not None
    assert stage.dora.modal.title == "Declare an incident"

    await stage.dora.says("@sitrep declair sev2 Search is down", in_="general")
    await stage.settle()
    assert "Did you mean /incident declare?" in told(stage.dora)

    # Told once, however often Slack sends it; bots are not answered.
    stage.workspace.delivery.duplicate_next("app_mention", 2)
    again = await stage.dora.says("@sitrep", in_="general")
    await stage.settle()
    assert len(again.replies) == 1
    bot = stage.workspace.bot_user_id
    noise = stage.workspace.another_app_says(
        "Alarms", f"<@{bot}> declare sev1 x", in_=stage.workspace.channel("general")
    )
    await stage.settle()
    assert noise.replies == []
    assert stage.workspace.find_channel("incident-2026-11-21-x") is None


async def test_direct_messages_are_understood_without_naming_the_bot(stage: Stage) -> None:
    channel = await stage.declare()
    for words in ("hello", "INC-1", "update INC-1 Rolled back"):
        await stage.anna.says(words, in_=stage.anna.dm)
        await stage.settle()
    said = [one.shown for one in stage.anna.dm.messages if one.user == stage.workspace.bot_user_id]
    assert said[0].startswith("I run incidents in Slack. Here you can declare one")
    assert any("INC-1 · Checkout is failing" in one for one in said[1:])
    assert "Now: Rolled back" in channel.pinned[0].shown
    assert len(said) == 3


async def test_a_mention_survives_a_lost_answer_and_whoever_left_is_told_directly(stage: Stage) -> None:
    channel = await stage.declare()
    stage.workspace.faults.on("chat.postMessage").resets(after_effect=True)
    named = await stage.anna.says("@sitrep", in_=channel)
    for _ in range(3):
        await stage.pass_time(seconds=5)
    assert len(named.replies) == 1

    await stage.bilal.joins(channel)
    await stage.bilal.says("@sitrep list", in_=channel)
    await stage.bilal.leaves(channel)
    await stage.settle()
    heard = [one.shown for one in stage.bilal.dm.messages] + [one.shown for one in stage.bilal.ephemerals()]
    assert any("INC-1" in one for one in heard)
