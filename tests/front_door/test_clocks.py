"""Duties to report: asked about once, counted from their own time, reminded of, recorded."""

from dataclasses import replace

from bot.practice.driver.person import Person
from bot.practice.state.channels import Channel
from tests.stage import Stage


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


def reminders(channel: Channel) -> list[str]:
    return [one.shown for one in channel.messages if one.shown.startswith("⚖️ @") and " INC-1, " in one.shown]


async def test_a_security_incident_asks_its_commander_once_and_counts_what_may_apply(stage: Stage) -> None:
    """It is 03:00 UTC on a Saturday; Anna types in Berlin's time, an hour ahead."""
    channel = await stage.declare("sev1 Customer data was exported --security with @bilal")

    [asked] = [one for one in stage.anna.dm.messages if "Does a duty to report it apply" in one.shown]
    assert "Not legal advice" in asked.shown
    assert "To report: is there a duty to?" in channel.pinned[0].shown

    await stage.anna.presses("Answer", on=asked)
    problems = await stage.anna.submits({"When did you become aware?": "2:30"})
    assert list(problems.values()) == ["Tick what may apply, or say why nothing does: one of the two, please."]
    assert list((await stage.anna.submits({"Europe": ["GDPR", "DORA"]})).values()) == []
    await stage.settle()

    [said] = [one.shown for one in channel.messages if "started counting for" in one.shown]
    assert said.startswith("⚖️ @Anna Keller started counting for DORA, GDPR.")
    assert "GDPR, lead supervisory authority: notify the supervisory authority by" in said
    assert "To report: DORA, competent authority by 2026-11-22 at 01:30 UTC" in channel.pinned[0].shown
    assert "at the latest · and 3 more: /incident clocks" in channel.pinned[0].shown
    assert any("DORA, GDPR may apply (@Anna Keller)" in one.shown for one in stage.anna.dm.messages)
    assert not any("Does a duty to report" in one.shown for one in stage.anna.dm.messages)

    # What starts the rest is recorded when it happens, and a correction says why.
    await stage.bilal.types("/incident clocks event dora classified 03:00 UTC", in_=channel)
    assert "⏳ initial send the initial notification – by 2026-11-21 at 07:00 UTC, 4 h left" in told(stage.bilal)
    await stage.bilal.types("/incident clock event gdpr aware 1:00", in_=channel)
    assert "A correction needs a reason" in told(stage.bilal)
    await stage.bilal.types("/incident clock event gdpr aware 1:00 because the log shows it", in_=channel)
    assert "aware 2026-11-21 at 01:00 UTC (first given as 2026-11-21 at 01:30 UTC)" in told(stage.bilal)
    assert "authority notify the supervisory authority – by 2026-11-24 at 01:00 UTC" in told(stage.bilal)

    # Nobody else learns of it.
    await stage.dora.types("/incident clocks INC-1", in_="general")
    assert told(stage.dora) == "There is no INC-1. /incident list shows the open ones."
    await stage.dora.types("/incident clocks submitted INC-1 gdpr authority", in_="general")
    assert "INC-1" not in told(stage.dora)


async def test_what_turns_out_to_be_a_breach_is_private_and_asked_about_twice_at_most(stage: Stage) -> None:
    announcements = stage.workspace.channel("incidents")
    channel = await stage.declare("sev2 Odd logins")
    assert any("Odd logins" in one.shown for one in announcements.messages)

    await stage.anna.types("/incident breach mails of customers were read", in_=channel)
    await stage.settle()
    assert told(stage.anna).startswith("INC-1 is a security incident from now on, and private.")
    assert "Slack does not let an app make a channel private" in told(stage.anna)
    assert not any("Odd logins" in one.shown for one in announcements.messages)
    assert "🔒 Private: security incident" in channel.pinned[0].shown
    assert "To report: is there a duty to?" in channel.pinned[0].shown
    await stage.dora.types("/incident status INC-1", in_="general")
    assert told(stage.dora) == "There is no INC-1. /incident list shows the open ones."
    await stage.anna.types("/incident security again", in_=channel)
    assert told(stage.anna).startswith("INC-1 is a security incident already.")

    def asked() -> list[str]:
        return [one.shown for one in stage.anna.dm.messages if "Does a duty to report it apply" in one.shown]

    [first] = asked()
    await stage.pass_time(minutes=61)
    [second] = asked()
    assert "Nobody has answered yet" in second
    assert second != first
    await stage.pass_time(hours=5)
    assert asked() == [second]
    await stage.anna.types("/incident clocks none because the mails were public", in_=channel)
    await stage.settle()
    assert asked() == []


async def test_a_clock_runs_on_after_the_close_until_it_is_recorded_what_was_sent(stage: Stage) -> None:
    tell = replace(stage.settings.policy.clocks, tell=(stage.chen.id,))
    await stage.stop()
    stage.settings = replace(stage.settings, policy=replace(stage.settings.policy, clocks=tell))
    await stage.start()
    channel = await stage.declare("sev2 A laptop was stolen")
    await stage.anna.types("/incident clocks start gdpr and in-certin 2:00", in_=channel)
    await stage.settle()
    assert told(stage.anna) == "Counting for GDPR, CERT-In. /incident clocks shows what is owed by when."
    assert stage.chen.id in channel.members
    assert "CERT-In, CERT-In by 2026-11-21 at 07:00 UTC" in channel.pinned[0].shown

    # Half of six hours passed at 04:00 UTC, a quarter is left at 05:30, then an hour.
    await stage.pass_time(minutes=61)
    [half] = reminders(channel)
    assert half.startswith("⚖️ @Anna Keller @Chen Wei INC-1, CERT-In, CERT-In: report to CERT-In – 2 h 59 min left")
    await stage.anna.types("/incident resolved it was encrypted", in_=channel)
    await stage.anna.types("/incident close it is over", in_=channel)
    await stage.settle()
    await stage.pass_time(hours=2, minutes=10)
    [hour] = reminders(channel)
    assert "49 min left" in hour
    await stage.pass_time(minutes=49)
    assert "was due 2026-11-21 at 07:00 UTC" in reminders(channel)[-1]
    assert "Late is better than not at all" in reminders(channel)[-1]

    await stage.chen.presses("Sent", in_=channel)
    assert await stage.chen.submits({"When was it sent?": "tomorrow"}) != {}
    assert await stage.chen.submits({"When was it sent?": "14:50", "Its reference": "CI-<4711>"}) == {}
    await stage.settle()
    assert reminders(channel) == []
    [sent] = [one.shown for one in channel.messages if "reference CI-<4711>" in one.shown]
    assert sent.startswith("⚖️ CERT-In, CERT-In: report to CERT-In – sent 2026-11-21 at 06:50 UTC by @Chen Wei")
    assert "in time" in sent
    assert "To report: GDPR, lead supervisory authority" in channel.pinned[0].shown

    # After an outage the reminder that matters now comes, once, and then every day.
    await stage.stop()
    stage.clock.advance(hours=71)
    await stage.start()
    await stage.pass_time(seconds=1)
    assert len([one for one in reminders(channel) if "supervisory" in one]) == 1
    assert "was due 2026-11-24 at 01:00 UTC, 5 h" in next(one for one in reminders(channel) if "supervisory" in one)
    await stage.pass_time(hours=20)
    assert len([one for one in reminders(channel) if "supervisory" in one]) == 1

    await stage.anna.types("/incident clocks not-required gdpr authority", in_=channel)
    assert told(stage.anna).startswith("Why is it not required?")
    for step in ("authority", "people", "controller"):
        await stage.anna.types(f"/incident clocks not required gdpr {step} because the disk is encrypted", in_=channel)
    await stage.settle()
    assert reminders(channel) == []
    assert "To report" not in channel.pinned[0].shown
    await stage.anna.types("/incident clocks", in_=channel)
    assert "➖ authority notify the supervisory authority – not required: the disk is encrypted" in told(stage.anna)
    assert "✅ cert-in report to CERT-In – sent" in told(stage.anna)


async def test_words_that_cannot_work_get_a_sentence_and_none_is_an_answer(stage: Stage) -> None:
    channel = await stage.declare("sev1 Mails went to the wrong list --breach")
    wrong = {
        "start": "",
        "start gdpr": "When did you become aware? The time of GDPR begins then",
        "start pizza 2:00": "“pizza 2:00” is no kind that I know. There is au-ndb, circia, dora",
        "start gdpr pizza": "“pizza” is neither a kind that I know nor a time.",
        "start gdpr 2027-01-01 10:00": "“2027-01-01 10:00” is not a time that has passed.",
        "none": "Why does none apply?",
        "submitted gdpr": "For which duty to report? Nothing is counted yet",
        "whatever": "“whatever” does not go with clocks.",
        "kinds pizza": "“pizza” is no kind that I know.",
        "kinds sec": "SEC 8-K (sec-8k)\nUS listed companies after a material cybersecurity incident",
        "kinds": "Elsewhere, and contracts\n• Australia NDB (au-ndb): 30 days",
        "": "Duties to report of INC-1\nNobody has said yet.",
    }
    for typed, answer in wrong.items():
        if answer:
            await stage.anna.types(f"/incident clocks {typed}", in_=channel)
            assert told(stage.anna).startswith(answer), typed

    await stage.anna.types("/incident clocks none apply, assets are safe <b>", in_=channel)
    await stage.settle()
    assert told(stage.anna) == "Noted for INC-1: no duty to report applies – assets are safe <b>."
    assert "To report" not in channel.pinned[0].shown
    assert any("none applies: assets are safe <b>" in one.shown for one in stage.anna.dm.messages)
    assert not any(one.buttons == ["Answer"] for one in stage.anna.dm.messages)

    # It turns out otherwise: what was said is no reason not to count.
    await stage.anna.types("/incident clocks start sec 8-k and au-ndb now", in_=channel)
    await stage.anna.types("/incident clocks", in_=channel)
    assert "◽ filing file Form 8-K, Item 1.05 – 4 business days after material" in told(stage.anna)
    await stage.anna.presses("Set material", on=stage.anna.ephemerals()[-1])
    assert next(iter((await stage.anna.submits({"When?": "soon"})).values())).startswith("As now, 13:40,")
    assert await stage.anna.submits({"When?": "now"}) == {}
    await stage.anna.types("/incident clocks", in_=channel)
    assert "⏳ filing file Form 8-K, Item 1.05 – by 2026-11-27 at 22:30 UTC, 6 d 19 h left" in told(stage.anna)

    await stage.anna.presses("Correct material", on=stage.anna.ephemerals()[-1])
    given = {"When?": "2:45", "Why is it corrected?": "The minutes say so"}
    assert await stage.anna.submits(given) == {}
    await stage.anna.types("/incident clocks none because of rain", in_=channel)
    assert told(stage.anna).startswith("Clocks run for INC-1.")
    await stage.anna.types("/incident clocks submitted sec-8k filing as assets-0001-26-000042", in_=channel)
    assert "✅ filing file Form 8-K, Item 1.05 – sent" in told(stage.anna)
    await stage.anna.types("/incident clocks resume sec-8k filing it was the wrong form", in_=channel)
    assert "⏳ filing file Form 8-K" in told(stage.anna)
    await stage.anna.types("/incident timeline all", in_=channel)
    for kept in (
        "material corrected from",
        "The minutes say so",
        "0001-26-000042",
        "owed again: it was the wrong form",
    ):
        assert kept in told(stage.anna)


async def test_who_is_told_is_reached_directly_where_the_channel_takes_nothing(stage: Stage) -> None:
    """Legal is a user group; Chen is in it. The incident is private, and whoever answers decides who is let in."""
    legal = stage.workspace.add_usergroup("legal", [stage.chen, stage.dora])
    clocks = replace(stage.settings.policy.clocks, tell=(legal.id,))
    await stage.stop()
    stage.settings = replace(stage.settings, policy=replace(stage.settings.policy, clocks=clocks))
    await stage.start()
    stage.workspace.faults.on("conversations.open").resets(after_effect=True)
    channel = await stage.declare("sev1 Payroll was read by a stranger --security with @bilal")
    for _ in range(3):
        await stage.pass_time(seconds=5)
    [asked] = [one for one in stage.anna.dm.messages if one.buttons == ["Answer"]]

    await stage.anna.presses("Answer", on=asked)
    ticked = {"When did you become aware?": "2:00", "Elsewhere": ["CERT-In"], "Legal and privacy": []}
    assert await stage.anna.submits(ticked) == {}
    await stage.settle()
    assert stage.chen.id not in channel.members
    await stage.anna.types("/incident access add @chen", in_=channel)
    await stage.settle()
    await stage.anna.archives(channel)
    await stage.settle()
    await stage.pass_time(hours=1)

    assert "INC-1, CERT-In, CERT-In: report to CERT-In – 2 h 59 min left" in stage.anna.dm.messages[-1].shown
    assert "report to CERT-In" in stage.chen.dm.messages[-1].shown
    assert not any("CERT-In" in one.shown for one in stage.dora.dm.messages)
    await stage.chen.presses("Not required", on=stage.chen.dm.messages[-1])
    assert list(await stage.chen.submits({})) == ["Or: why is it not required?"]
    assert await stage.chen.submits({"Or: why is it not required?": "No system in India"}) == {}
    await stage.anna.types("/incident clocks INC-1", in_="general")
    assert "➖ cert-in report to CERT-In – not required: No system in India (@Chen Wei)" in told(stage.anna)


async def test_a_merged_incident_is_reminded_of_where_it_goes_on(stage: Stage) -> None:
    first = await stage.declare("sev2 Mails went astray")
    await stage.anna.types("/incident clocks start in-certin 2:00", in_=first)
    second = await stage.declare("sev2 The mail gateway is broken", by=stage.bilal)
    await stage.bilal.joins(first)
    await stage.anna.types("/incident merge into INC-2", in_=first)
    await stage.settle()
    await stage.pass_time(minutes=61)

    assert reminders(first) == []
    [line] = reminders(second)
    assert line.startswith("⚖️ @Bilal Aydin INC-1, CERT-In, CERT-In: report to CERT-In")
    assert "To report: CERT-In, CERT-In by" in second.pinned[0].shown
    await stage.bilal.types("/incident clocks", in_=second)
    assert "INC-1, merged into this: CERT-In (in-certin)" in told(stage.bilal)
    await stage.bilal.presses("Sent", in_=second)
    assert await stage.bilal.submits({"Its reference": "4711"}) == {}
    await stage.settle()
    assert any("reference 4711, in time" in one.shown for one in second.messages)
    assert "To report" not in second.pinned[0].shown
    await stage.anna.types("/incident clocks start gdpr 2:00", in_=first)
    await stage.settle()
    assert "To report: GDPR" in second.pinned[0].shown
    await stage.anna.types("/incident access private", in_=first)
    await stage.pass_time(hours=36)
    assert any("GDPR" in one for one in reminders(first))
    assert not any("GDPR" in one for one in reminders(second))
    await stage.anna.types("/incident reopen another cause", in_=first)
    await stage.settle()
    assert "To report" not in second.pinned[0].shown
