"""The service catalogue as people meet it: named when declaring, with its owner, its pages, and what hangs together."""

from tests.front_door.test_groups import names, restart_with, timeline
from tests.stage import Stage
from workflows.policy import Link, Service


async def catalogue(stage: Stage) -> None:
    """Checkout depends on Payments, Payments on Ledger. Bilal and a group own Checkout."""
    group = stage.workspace.add_usergroup("checkout-oncall", [stage.chen])
    await restart_with(
        stage,
        services=(
            Service(
                name="Checkout",
                aliases=("shop",),
                owner=(stage.bilal.id, group.id),
                runbooks=(Link(title="Restart it", url="https://wiki.example.com/restart"),),
                dashboards=(Link(title="In one page", url="https://grafana.example.com/d/checkout"),),
                depends_on=("Payments",),
            ),
            Service(name="Payments", depends_on=("Ledger",)),
            Service(name="Ledger"),
        ),
    )


async def test_declaring_with_a_service_brings_its_owner_in_and_shows_its_pages(stage: Stage) -> None:
    await catalogue(stage)
    for words in (
        "sev1 Carts are empty service:checkout",
        "Carts are full sev1 --service=SHOP",
        "No carts for Checkout",
    ):
        channel = await stage.declare(words)

        assert names(stage, channel) == {"Anna Keller", "Bilal Aydin", "Chen Wei"}
        card = channel.pinned[0].shown
        for page in ("runbooks Restart it", "dashboards In one page", "depends on Payments"):
            assert page in card.partition("\nCheckout: ")[2]
        assert "service" not in card.partition("\n")[0]


async def test_a_service_that_there_is_not_suggests_the_nearest_and_declares_nothing(stage: Stage) -> None:
    await catalogue(stage)
    answer = await stage.anna.types("/incident declare sev1 Carts are empty service:chekout")
    assert "There is no service “chekout”, so nothing was changed yet. Did you mean service:Checkout?" in (answer or "")
    answer = await stage.anna.types("/incident declare sev1 Carts are empty service:zzz")
    assert "There are Checkout, Payments and Ledger." in (answer or "")
    assert not [channel for channel in stage.workspace.channels if channel.name.startswith("incident-")]


async def test_incidents_of_services_that_hang_together_point_at_each_other(stage: Stage) -> None:
    await catalogue(stage)
    ledger = await stage.declare("sev1 Bookings are late service:ledger")
    checkout = await stage.declare("sev1 Carts are empty service:checkout")

    lines = [one.shown for one in checkout.messages]
    below = "Checkout depends on Ledger, which has INC-1 SEV1 “Bookings are late” (investigating, #"
    assert len([line for line in lines if line.startswith(below)]) == 1
    assert "Checkout depends on Ledger, which has INC-1 open" in await timeline(stage, checkout)

    await stage.declare("sev1 Cards are declined service:payments")
    above = "Checkout depends on Payments, which now has INC-3 SEV1 “Cards are declined” (investigating, #"
    assert len([one for one in checkout.messages if one.shown.startswith(above)]) == 1
    assert not [one for one in ledger.messages if "INC-3" in one.shown]


async def test_the_form_has_the_catalogue_as_a_menu(stage: Stage) -> None:
    await catalogue(stage)
    await stage.anna.types("/incident declare")
    problems = await stage.anna.submits({"What is failing?": "Carts are empty", "Affected service": "Checkout"})
    await stage.settle()
    assert problems == {}
    channel = next(one for one in stage.workspace.channels if one.name.startswith("incident-"))
    assert stage.bilal in channel.members


async def test_the_service_is_said_later_and_looked_at(stage: Stage) -> None:
    await catalogue(stage)
    await stage.declare("sev1 Bookings are late service:ledger", by=stage.dora)
    channel = await stage.declare("sev1 Carts are empty")
    alone = await stage.anna.types("/incident service", in_=channel)
    assert alone is not None
    assert alone.startswith(
        "INC-2 is about no service yet. /incident service name says which it is. There are Checkout"
    )

    answer = await stage.anna.types("/incident service SHOP", in_=channel)
    await stage.settle()
    assert answer == "INC-2 is about Checkout now. Its owner is brought in."
    assert names(stage, channel) == {"Anna Keller", "Bilal Aydin", "Chen Wei"}
    assert "runbooks Restart it" in channel.pinned[0].shown
    assert [one for one in channel.messages if one.shown.startswith("Checkout depends on Ledger, which has INC-1")]

    shown = await stage.dora.types("/incident service INC-2") or ""
    assert "Owner: @Bilal Aydin, @checkout-oncall" in shown
    assert "Ledger, on which it depends, has INC-1 SEV1 “Bookings are late”" in shown
    again = await stage.anna.types("/incident service checkout", in_=channel)
    assert again == "INC-2 is about Checkout already. Nothing was changed."
    assert "Did you mean service:Payments?" in (await stage.anna.types("/incident service paymnts", in_=channel) or "")
