"""Pre-approved hooks: pressed by those who may, sent once to a real server, never repeated by Sitrep."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot.practice.driver.person import Person
from storage import timeline
from tests.stage import Stage
from workflows.policy import Hook

SECRET = "s3cr3t-of-the-deployer"


@dataclass
class Deployer:
    """A real server on loopback. `status` and `text` are what it answers; it waits while `held`."""

    url: str = ""
    status: int = 200
    text: str = "rolled back to 41"
    held: asyncio.Event | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append({"headers": dict(request.headers), "body": await request.text(), "method": request.method})
        self.arrived.set()
        if self.held is not None:
            await self.held.wait()
        return web.Response(status=self.status, text=self.text)


@asynccontextmanager
async def deployer() -> AsyncIterator[Deployer]:
    server = Deployer()
    app = web.Application()
    app.router.add_route("*", "/hooks/rollback", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/rollback?key=in-the-address"
    try:
        yield server
    finally:
        if server.held is not None:
            server.held.set()
        await runner.cleanup()


async def with_hooks(stage: Stage, server: Deployer, **changes: Any) -> None:
    await stage.stop()
    hook = Hook(
        name="Roll back checkout",
        url=server.url,
        about="Puts the previous release back",
        secret="DEPLOY_TOKEN",
        body=MappingProxyType({"incident": "{ref}", "why": ["{title}"], "by": "{user}", "kept": "{other}"}),
        severities=("SEV0", "SEV1"),
    )
    policy = replace(
        stage.settings.policy,
        hooks=(replace(hook, **changes), Hook(name="Elsewhere", url=server.url, severities=("SEV0",))),
    )
    stage.settings = replace(stage.settings, policy=policy, hook_secrets={"DEPLOY_TOKEN": SecretStr(SECRET)})
    await stage.start()


def told(who: Person) -> str:
    return who.ephemerals()[-1].shown


async def lines(stage: Stage) -> list[tuple[str, str]]:
    async with stage.app.services.database.read() as session:
        kinds = ("remediation", "action")
        return [(one.kind, one.text) for one in await timeline.entries(session, 1) if one.kind in kinds]


async def test_a_press_is_sent_once_with_its_secret_and_everything_is_on_the_timeline(stage: Stage) -> None:
    async with deployer() as server:
        server.text = f"rolled back to 41 with {SECRET} <!channel>"
        await with_hooks(stage, server)
        channel = await stage.declare('sev1 Checkout "fails" <b>')
        for who in (stage.bilal, stage.chen):
            await who.joins(channel)
        await stage.anna.presses("Remediate", in_=channel)
        await stage.settle()
        page = stage.anna.ephemerals()[-1]
        assert "Elsewhere: not now, it is for SEV0, and this is SEV1" in page.shown

        await stage.anna.presses("Roll back checkout", on=page)
        await stage.settle()

        [call] = server.heard
        assert (call["method"], call["headers"]["Authorization"]) == ("POST", f"Bearer {SECRET}")
        assert json.loads(call["body"]) == {
            "incident": "INC-1",
            "why": ['Checkout "fails" <b>'],
            "by": stage.anna.id,
            "kept": "{other}",
        }
        pressed, answered = await lines(stage)
        assert pressed[0] == "remediation"
        assert pressed[1].startswith("Pressed “Roll back checkout”: POST http://127.0.0.1:")
        assert "in-the-address" not in pressed[1]
        assert '"incident": "INC-1"' in pressed[1]
        assert answered[0] == "action"
        assert "answered 200" in answered[1]
        assert "rolled back to 41 with «masked: secret» &lt;!channel&gt;" in answered[1]
        shown = [one.shown for one in channel.messages]
        assert "🛠️ @Anna Keller pressed Roll back checkout." in shown
        assert any(one.startswith("✅ “Roll back checkout” answered 200") for one in shown)

        await stage.bilal.types("/incident remediate roll", in_=channel)
        assert "Roll back checkout: for the incident commander and the operations lead" in told(stage.bilal)
        assert stage.bilal.ephemerals()[-1].buttons == []
        await stage.anna.types("/incident role ops @bilal", in_=channel)
        await stage.bilal.types("/incident remediate roll", in_=channel)
        for_ops = stage.bilal.ephemerals()[-1]
        await stage.anna.types("/incident role ops @chen", in_=channel)
        await stage.bilal.presses("Roll back checkout", on=for_ops)
        await stage.settle()
        assert "was not sent. For INC-1 that is for the incident commander and the operations lead" in told(stage.bilal)
        await stage.anna.types("/incident role ops @bilal", in_=channel)
        server.status, server.text = 503, "no capacity"
        await stage.bilal.presses("Roll back checkout", in_="general", on=for_ops)
        await stage.settle()
        assert len(server.heard) == 2
        assert (await lines(stage))[-1][1].startswith("“Roll back checkout” answered 503")

        await stage.anna.types("/incident resolved rolled back", in_=channel)
        await stage.anna.presses("Roll back checkout", on=page)
        await stage.settle()
        assert told(stage.anna) == "INC-1 is resolved. “Roll back checkout” was not sent."
        assert len(server.heard) == 2


async def test_what_is_not_answered_is_unknown_and_two_cannot_press_at_once(stage: Stage) -> None:
    async with deployer() as server:
        server.held = asyncio.Event()
        await with_hooks(stage, server, timeout=timedelta(seconds=1), may=("anyone",))
        channel = await stage.declare()
        await stage.bilal.joins(channel)
        pages = []
        for who in (stage.anna, stage.bilal):
            await who.types("/incident remediate", in_=channel)
            pages.append(who.ephemerals()[-1])
        await asyncio.gather(
            stage.anna.presses("Roll back checkout", on=pages[0]),
            stage.bilal.presses("Roll back checkout", on=pages[1]),
        )
        await stage.settle()

        assert len(server.heard) == 1
        [refused] = [who for who in (stage.anna, stage.bilal) if "is under way" in told(who)]
        assert "pressed “Roll back checkout” at" in told(refused)
        why = "unknown whether it happened (no answer within 1 s)"
        unknown = f"“Roll back checkout”: {why}. Look there before you press it again"
        assert (await lines(stage))[-1] == ("remediation", unknown)
        assert any(one.shown.startswith(f"⚠️ {unknown}") for one in channel.messages)
        await stage.anna.types("/incident runbook mitigations", in_=channel)
        [button] = [
            one for row in stage.anna.ephemerals()[-1].blocks for one in row.get("elements", []) if one.get("confirm")
        ]
        assert "unknown whether the call of 03:00 UTC happened: look first." in button["confirm"]["text"]["text"]


async def test_what_was_being_sent_when_the_bot_died_is_never_sent_again(stage: Stage) -> None:
    async with deployer() as server:
        server.held = asyncio.Event()
        await with_hooks(stage, server, timeout=timedelta(seconds=30))
        channel = await stage.declare()
        await stage.anna.types("/incident remediate", in_=channel)
        await stage.anna.presses("Roll back checkout", on=stage.anna.ephemerals()[-1])
        await server.arrived.wait()
        await stage.app.runner.stop(timedelta(0))
        server.held.set()
        await stage.restart()

        assert len(server.heard) == 1
        assert "unknown whether it happened (Sitrep was interrupted" in (await lines(stage))[-1][1]


async def test_what_nobody_hears_has_not_happened_and_a_late_press_is_not_sent(stage: Stage) -> None:
    async with deployer() as server:
        await with_hooks(stage, server, url="http://127.0.0.1:1/")
        channel = await stage.declare()
        await stage.anna.types("/incident remediate", in_=channel)
        page = stage.anna.ephemerals()[-1]
        await stage.anna.presses("Roll back checkout", on=page)
        await stage.settle()
        assert (
            "was not sent: the address could not be reached (ConnectError). Nothing has happened"
            in (await lines(stage))[-1][1]
        )

        await with_hooks(stage, server)
        await stage.app.runner.stop(timedelta(0))
        await stage.anna.presses("Roll back checkout", on=page)
        stage.clock.advance(minutes=5)
        await stage.restart()
        assert server.heard == []
        assert "was not sent: it could not be sent for 5 min" in (await lines(stage))[-1][1]
