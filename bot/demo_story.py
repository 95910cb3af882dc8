"""The demo's story: a SEV1 as it might go on a weekday afternoon. People only do what they can do in Slack."""

from dataclasses import dataclass

from bot.demo_graph import graph
from bot.demo_stage import Player, Stage
from bot.practice.state.channels import Channel


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Anna is on call, Bilal knows the payments code, Chen the platform; Dora is in customer support."""

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
    await explored(people, channel)
    await updated(people, channel)
    await overlooked(people, channel)
    await worse(people, channel)
    await mended(people, channel)
    await over(people, channel)
    return channel


async def declared(people: Cast) -> Channel:
    stage, anna, chen = people.stage, people.anna, people.chen
    stage.screen.scene("Checkout is failing, and Anna says so in one line")
    await anna.says("Is anybody else seeing checkout hang? Three customers wrote in within five minutes.")
    await chen.says("Yes. Card payments time out for me as well.")
    await anna.types("/incident declare sev1 Checkout is failing @bilal @chen")
    return next(channel for channel in stage.workspace.channels if channel.name.startswith("incident-"))


async def explored(people: Cast, channel: Channel) -> None:
    anna, bilal, chen = people.anna, people.bilal, people.chen
    people.stage.screen.scene("People talk; what matters is marked with a reaction")
    rate = await chen.says("The error rate at checkout went from 0.2% to 31% at 15:04.", in_=channel)
    await bilal.says("I am here. Starting with the payment service.", in_=channel)
    await anna.reacts("pushpin", to=rate)
    await chen.says("The card provider's status page is green, so it is probably on our side.", in_=channel)
    hunch = await anna.says(
        "Working hypothesis: this afternoon's deploy of cart-service, version 42. Bilal, can you compare it with 41?",
        in_=channel,
    )
    await bilal.says("Comparing now.", in_=channel, thread=hunch)
    await bilal.says("I will be late for planning, please start without me.", in_=channel)
    stray = channel.messages[-1]
    await bilal.deletes(stray)
    found = await bilal.says(
        "Found something: in 42 the database connection pool went from 50 to 5. It looks like a merge, not a decision.",
        in_=channel,
        thread=hunch,
        after=150,
    )
    await anna.reacts("mag", to=found)
    await chen.says("That fits. Here is the pool beside the errors.", in_=channel, files=[("pool.png", graph())])
    await chen.edits(rate, "The error rate at checkout went from 0.2% to 31% at 14:58 (I had read the wrong axis).")


async def updated(people: Cast, channel: Channel) -> None:
    anna, dora = people.anna, people.dora
    people.stage.screen.scene("An update for everybody who is not in the room")
    await anna.presses("Post update", in_=channel)
    await anna.submits(
        {
            "What changed?": "Version 42 of cart-service has too few database connections. We are confirming that.",
            "Customer impact now": "About 3 in 10 card payments time out. PayPal works.",
            "Next step": "Decide whether to roll back to 41",
        },
        in_=channel,
    )
    await dora.types("/incident status INC-1")
    await dora.joins(channel)
    await dora.says("Support has 40 tickets. What may we tell customers?", in_=channel)
    promise = await anna.says(
        "Please say: card payments fail at times, PayPal works, and we will write again by 16:30.", in_=channel
    )
    await anna.reacts("pushpin", to=promise)


async def overlooked(people: Cast, channel: Channel) -> None:
    bilal, chen = people.bilal, people.chen
    people.stage.screen.scene("Everybody is busy, and nobody writes an update")
    await bilal.says("Building a rollback. The pipeline is slow today.", in_=channel, after=120)
    await chen.says("Meanwhile I raise the pool by hand on one node, to see whether it helps.", in_=channel)
    await people.stage.pass_time(minutes=30)


async def worse(people: Cast, channel: Channel) -> None:
    anna, chen = people.anna, people.chen
    people.stage.screen.scene("It gets worse before it gets better")
    await chen.says("Login fails too now: it waits for the same database.", in_=channel)
    await anna.types("/incident severity sev0 Login fails as well, nobody can pay", in_=channel)


async def mended(people: Cast, channel: Channel) -> None:
    bilal, chen = people.bilal, people.chen
    people.stage.screen.scene("Found, and stopped")
    await bilal.types("/incident identified The connection pool of cart-service 42 is too small", in_=channel)
    await bilal.says("Rollback to 41 is running.", in_=channel)
    await chen.says("Errors are falling: 31%, 12%, 0.4%.", in_=channel, after=240)
    await bilal.types("/incident mitigated Rolled back to cart-service 41", in_=channel)


async def over(people: Cast, channel: Channel) -> None:
    bilal = people.bilal
    people.stage.screen.scene("Over")
    await bilal.presses("Resolved", in_=channel)
    await bilal.submits({"What resolved it?": "Version 41 is everywhere, logins and payments are normal."}, in_=channel)
    await people.stage.pass_time(minutes=31)
