"""`sitrep audit`: who did what, when and how, as an operator reads it afterwards."""

import json
from pathlib import Path

from bot.audit_cli import audit
from bot.export_cli import export
from bot.incident_cli import answer
from tests.stage import Stage


async def rows(stage: Stage, reference: str = "INC-1") -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(await audit(stage.settings, reference, as_json=True))
    return found


async def test_every_change_refusal_and_export_is_listed_with_who_and_how(stage: Stage, tmp_path: Path) -> None:
    channel = await stage.declare("sev1 Checkout is failing")
    await stage.bilal.joins(channel)
    await stage.bilal.types("/incident update The token is xoxb-1234567890-abcdefghij", in_=channel)
    stage.clock.advance(seconds=1)
    await stage.bilal.presses("I'll take subject-matter expert", in_=channel)
    await stage.anna.presses("Identified", in_=channel)
    await stage.anna.submits({"What is the cause, as far as you know?": "a deploy"})
    stage.clock.advance(seconds=1)
    await stage.dora.types("/incident note INC-1 I was here", in_="general")
    said = await stage.bilal.says("It was the deploy", in_=channel)
    await stage.bilal.reacts("pushpin", to=said)
    await stage.settle()
    stage.clock.advance(seconds=1)
    await answer(stage.settings, "note INC-1 seen from the terminal", stage.anna.id, stage.clock)
    await export(stage.settings, "INC-1", "md", str(tmp_path / "record.md"))

    found = await rows(stage)

    wanted = [
        (stage.anna.id, "command", "declare", "changed"),
        (stage.bilal.id, "command", "update", "changed"),
        (stage.bilal.id, "button", "role", "changed"),
        (stage.anna.id, "form", "identified", "changed"),
        (stage.dora.id, "command", "note", "refused"),
        (stage.bilal.id, "channel", "join", "changed"),
        (stage.bilal.id, "reaction", "mark", "changed"),
        (stage.anna.id, "cli", "note", "changed"),
    ]
    seen = [(row["by"], row["how"], row["verb"], row["outcome"]) for row in found]
    assert [one for one in wanted if one not in seen] == []
    [left] = [row for row in found if row["outcome"] == "exported"]
    assert (left["verb"], left["text"]) == ("export", "md")
    assert left["by"].startswith("operator ")
    assert "xoxb-1234567890" not in json.dumps(found)

    text = await audit(stage.settings, "inc1", as_json=False)
    assert f"Anna Keller ({stage.anna.id})  form identified  changed  Identified: a deploy" in text
    assert [row["outcome"] for row in await rows(stage, "")] == ["refused", "exported"]


async def test_who_looked_at_a_private_incident_and_who_tried_is_listed(stage: Stage) -> None:
    await stage.declare("sev1 A key has leaked --security")
    await stage.anna.types("/incident status INC-1", in_="general")
    await stage.dora.types("/incident status INC-1", in_="general")
    await stage.dora.types("/incident declare sev3 INC-1 is what?", in_="general")
    await stage.settle()

    deeds = [row for row in await rows(stage) if row["how"] == "command"]
    assert [(row["by"], row["verb"], row["outcome"]) for row in deeds] == [
        (stage.anna.id, "declare", "changed"),
        (stage.anna.id, "status", "looked"),
        (stage.dora.id, "status", "refused"),
    ]
