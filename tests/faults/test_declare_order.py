"""What declaring waits for, counted in calls. Nothing here is timed."""

from collections.abc import Sequence

from bot.practice.web.calls import MadeCall
from tests.stage import Stage

LINE = "/incident declare sev1 Checkout is failing with @bilal"


async def test_three_calls_one_after_the_other_until_the_card_is_pinned(stage: Stage) -> None:
    calls = await calls_of_declare(stage)
    chain = longest_chain_to(one(calls, "pins.add"), calls)
    assert len(chain) == 3, " → ".join(map(str, chain))
    assert [chain[0].method, chain[2].method] == ["conversations.create", "pins.add"]
    assert (one(calls, "chat.postMessage").ended or 0) < chain[2].started


async def test_invitations_go_out_as_soon_as_the_channel_exists(stage: Stage) -> None:
    calls = await calls_of_declare(stage)
    create, invite, post = (
        one(calls, method) for method in ("conversations.create", "conversations.invite", "chat.postMessage")
    )
    assert invite.overlaps(post)
    assert create.ended is not None
    assert not [call for call in calls if create.ended < call.started < min(invite.started, post.started)]


async def test_a_slow_invitation_does_not_hold_up_the_pin(stage: Stage) -> None:
    async def pinned() -> None:
        await stage.workspace.until(lambda: ended(stage.workspace.calls, "pins.add"))

    stage.workspace.faults.on("conversations.invite").calls(pinned)
    await stage.anna.types(LINE, in_="general")
    await stage.settle()
    assert one(stage.workspace.calls, "conversations.invite").error is None


async def test_nothing_that_could_wait_comes_before_the_pin(stage: Stage) -> None:
    calls = await calls_of_declare(stage)
    pin = one(calls, "pins.add")
    early = {call.method for call in calls if call.started < (pin.ended or 0)}
    assert early == {"conversations.create", "conversations.invite", "chat.postMessage", "pins.add"}


async def calls_of_declare(stage: Stage) -> list[MadeCall]:
    """Declare while the invitation and the first post each wait for the other one to have begun.

    So whatever may overlap does, and what is needlessly in sequence fails here for good.
    """
    workspace, before = stage.workspace, len(stage.workspace.calls)

    async def both_begun() -> None:
        wanted = {"conversations.invite", "chat.postMessage"}
        await workspace.until(lambda: wanted <= {call.method for call in workspace.calls})

    for method in ("conversations.invite", "chat.postMessage"):
        workspace.faults.on(method).calls(both_begun)
    await stage.anna.types(LINE, in_="general")
    await stage.settle()
    # Names of people are learnt beside it, as soon as they are seen in the channel.
    return [call for call in workspace.calls[before:] if call.method != "users.info"]


def longest_chain_to(last: MadeCall, calls: Sequence[MadeCall]) -> list[MadeCall]:
    """The longest row of calls that ends with `last`, in which each began after the one before had ended."""
    earlier = [call for call in calls if call.ended is not None and call.ended < last.started]
    chains = [longest_chain_to(call, earlier) for call in earlier]
    return [*max(chains, key=len, default=[]), last]


def one(calls: Sequence[MadeCall], method: str) -> MadeCall:
    """The first call of a method."""
    return next(call for call in calls if call.method == method)


def ended(calls: Sequence[MadeCall], method: str) -> bool:
    return any(call.method == method and call.ended is not None for call in calls)
