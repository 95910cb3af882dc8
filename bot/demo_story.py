"""The demo's story: a SEV1 as it might go on a weekday afternoon. People only do what they can do in Slack."""

from dataclasses import dataclass

from bot.demo_graph import graph
from bot.demo_stage import Player, Stage
from bot.practice.state.channels import Channel


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Anna is on call, Bilal knows the cart's code, Chen the platform; Dora is in customer support."""

    stage: Stage
    anna: Player
    bilal: Player
    chen: Player
    dora: Player


def cast(stage: Stage) -> Cast:
    return Cast(
        stage=stage,
        anna=stage.player("Anna Keller", tz="Europe/Berlin"),
        bilal=stage.player("Bilal Aydin", tz="Europe/London"),
        chen=stage.player("Chen Wei", tz="Asia/Singapore"),
        dora=stage.player("Dora Lind", tz="America/New_York"),
    )


async def tell(stage: Stage) -> Channel:
    """The whole incident; returns its channel."""
    people = cast(stage)
    stage.watch.news()
    channel = await declared(people)
    for scene in (explored, compared, informed, overlooked, worse, handed_over, mended, followed_up, closed):
        await scene(people, channel)
    return channel


async def declared(people: Cast) -> Channel:
    stage, anna, chen = people.stage, people.anna, people.chen
    stage.screen.scene("Checkout is failing, and Anna says so in one line")
    await anna.says("Is anybody else seeing checkout hang? Three customers wrote in within five minutes.")
    await chen.says("Yes. My test order waits for the card payment and then times out.")
    await anna.types("/incident declare sev1 Checkout is failing @bilal @chen")
    return next(channel for channel in stage.workspace.channels if channel.name.startswith("incident-"))


async def explored(people: Cast, channel: Channel) -> None:
    anna, bilal, chen = people.anna, people.bilal, people.chen
    people.stage.screen.scene("People talk; what matters is marked with a reaction")
    await bilal.says("I am here. I look at the cart service first.", in_=channel)
    await bilal.presses("I'll take subject-matter expert", in_=channel)
    rate = await chen.says("The error rate at checkout went from 0.2% to 31% at 15:04.", in_=channel)
    await anna.reacts("pushpin", to=rate)
    green = await chen.says("The card provider says all is well on their side, so it is probably ours.", in_=channel)
    await anna.uses("Add to timeline", on=green)
    await anna.says("What has changed today? I see one deploy, cart-service 42.", in_=channel)
    await bilal.types("/incident note 14:55 cart-service 42 went live", in_=channel)
    await chen.types("/incident timeline", in_=channel)


async def compared(people: Cast, channel: Channel) -> None:
    anna, bilal, chen = people.anna, people.bilal, people.chen
    hunch = await anna.says(
        "Working hypothesis: version 42. Bilal, can you compare it with 41? Please answer here.", in_=channel
    )
    await bilal.says("Comparing now.", in_=channel, thread=hunch)
    stray = await bilal.says("I will be late for planning, please start without me.", in_=channel)
    await bilal.deletes(stray)
    await bilal.says("Sorry, wrong channel.", in_=channel, after=15)
    found = await bilal.says(
        "Found something: in 42 the database connection pool has 5 connections instead of 50. "
        "It looks like it came in with a merge; nothing in our checks would have noticed.",
        in_=channel,
        thread=hunch,
        after=150,
    )
    await anna.reacts("mag", to=found)
    await chen.says("That fits. Requests wait for a connection, then time out.", in_=channel, thread=hunch)
    await chen.says("The pool beside the errors:", in_=channel, files=[("pool-and-errors.png", graph())])
    await chen.edits(
        people.stage.first("31% at 15:04", in_=channel),
        "The error rate at checkout went from 0.2% to 31% at 14:58 (I had read the wrong axis).",
    )


async def informed(people: Cast, channel: Channel) -> None:
    anna, dora = people.anna, people.dora
    people.stage.screen.scene("An update for everybody who is not in the room")
    await anna.presses("Post update", in_=channel)
    await anna.submits(
        {
            "What changed?": "Version 42 of cart-service runs out of database connections. We prepare a rollback.",
            "Customer impact now": "About 3 in 10 card payments time out. PayPal works.",
            "Next step": "Roll back to version 41",
        },
        in_=channel,
    )
    await dora.types("/incident list")
    await dora.joins(channel)
    await dora.says("Support has 40 tickets about this. What may we tell customers?", in_=channel)
    promise = await anna.says(
        "Please say: card payments fail at times, PayPal works, and they hear from us again by 16:30.", in_=channel
    )
    await anna.reacts("pushpin", to=promise)
    await anna.types("/incident role comms @dora", in_=channel)
    await dora.says("Thank you. I keep the status page current.", in_=channel)


async def overlooked(people: Cast, channel: Channel) -> None:
    stage, anna, bilal, chen, dora = people.stage, people.anna, people.bilal, people.chen, people.dora
    stage.screen.scene("Everybody is busy, and nobody writes an update")
    await bilal.says("The rollback is building. The pipeline is slow today.", in_=channel, after=120)
    node = await chen.says("Meanwhile I give one node 50 connections by hand, to see whether it helps.", in_=channel)
    await chen.reacts("zap", to=node)
    await stage.pass_time(minutes=26)
    await stage.pass_time(minutes=5)
    await anna.presses("Snooze", in_=channel)
    await anna.submits({"Why can the update wait?": "Bilal is in the middle of the rollback"}, in_=channel)
    await chen.says("It helps: no errors on that node since I changed it.", in_=channel, after=200)
    await stage.pass_time(minutes=7)
    await dora.presses("Nothing new", in_=channel)


async def worse(people: Cast, channel: Channel) -> None:
    anna, bilal, chen = people.anna, people.bilal, people.chen
    people.stage.screen.scene("It gets worse before it gets better")
    await chen.says("Login fails too now. It waits for the same database.", in_=channel, after=90)
    await bilal.says("And the rollback stopped: its check needs a login.", in_=channel)
    await anna.types("/incident severity sev0 Login fails as well, nobody can pay", in_=channel)
    choice = await anna.says(
        "Decision: we skip that check this once and roll back everywhere. Chen watches the database.", in_=channel
    )
    await anna.reacts("scales", to=choice)
    await interrupted(people, channel)


async def interrupted(people: Cast, channel: Channel) -> None:
    stage, bilal, chen = people.stage, people.bilal, people.chen
    stage.screen.remark("Sitrep itself is stopped, in the middle of it.")
    await stage.bot.stop()
    watched = await chen.says("480 of 500 database connections are waiting for the cart.", in_=channel)
    await bilal.reacts("mag", to=watched)
    await stage.bot.start()
    stage.screen.remark("It is back, and reads what it has missed; nobody has to say anything twice.")
    await stage.show()


async def handed_over(people: Cast, channel: Channel) -> None:
    anna, bilal, chen = people.anna, people.bilal, people.chen
    people.stage.screen.scene("Anna goes home; nothing is lost on the way")
    await anna.says("I have to pick up my daughter in ten minutes. Bilal, can you lead from here?", in_=channel)
    await bilal.says("Yes. Chen has the rollback then.", in_=channel)
    await anna.presses("Hand over", in_=channel)
    await anna.submits(
        {"Who takes over?": bilal.person, "A note for them": "Customers were promised news by 16:30. Dora writes it."},
        in_=channel,
    )
    await chen.presses("Accept", in_=channel)
    await bilal.presses("Accept", in_=channel)
    await anna.says("Thank you all. I am on my phone if you need me.", in_=channel)


async def mended(people: Cast, channel: Channel) -> None:
    bilal, chen, dora = people.bilal, people.chen, people.dora
    people.stage.screen.scene("Found, and stopped")
    await bilal.types("/incident identified cart-service 42 opens too few database connections", in_=channel)
    rollback = await chen.says("The rollback to 41 runs on all nodes.", in_=channel, after=180)
    await bilal.reacts("zap", to=rollback)
    await chen.says("Errors are falling: 44%, 12%, 0.4%.", in_=channel, after=150)
    await dora.says("A customer just wrote that it works again.", in_=channel)
    await bilal.presses("Mitigated", in_=channel)
    await bilal.submits({"What stopped the impact?": "Rolled back to cart-service 41"}, in_=channel)
    await dora.presses("Post update", in_=channel)
    await dora.submits(
        {
            "What changed?": "Payments and login work again.",
            "Customer impact now": "Over. 3 in 10 card payments failed for 75 minutes; for the last 15 of them nobody "
            "could pay or log in.",
            "Next step": "Watch it for half an hour",
        },
        in_=channel,
    )
    await bilal.types("/incident severity sev1 Everything works, we are watching", in_=channel)


async def followed_up(people: Cast, channel: Channel) -> None:
    bilal, chen, dora = people.bilal, people.chen, people.dora
    people.stage.screen.scene("What is left to do gets an owner and a date")
    alarm = await chen.says(
        "We should be warned when requests wait for a connection; errors came four minutes later.", in_=channel
    )
    await bilal.reacts("wrench", to=alarm)
    await chen.types("/incident action 1 by friday", in_=channel)
    await bilal.types("/incident action @bilal check the pool size before each deploy by friday", in_=channel)
    await dora.types("/incident action @dora answer the 40 tickets by tomorrow", in_=channel)
    await dora.says("All tickets are answered.", in_=channel, after=300)
    await dora.types("/incident action done 3", in_=channel)
    await chen.says("0.2% for ten minutes now. That is the usual level.", in_=channel, after=240)
    await bilal.types("/incident resolved Version 41 is everywhere and the error rate is as usual", in_=channel)


async def closed(people: Cast, channel: Channel) -> None:
    stage, bilal, dora = people.stage, people.bilal, people.dora
    stage.screen.scene("Stable, closed, and the draft is there")
    await bilal.presses("Close", in_=channel)
    await bilal.thinks_again(in_=channel)
    await stage.pass_time(minutes=31)
    await dora.says("Quiet on our side.", in_=channel)
    await bilal.presses("Close", in_=channel)
    await bilal.submits(
        {
            "Summary": "A deploy left the cart service with 5 database connections instead of 50. "
            "Checkout, and later login, timed out until it was rolled back."
        },
        in_=channel,
    )
