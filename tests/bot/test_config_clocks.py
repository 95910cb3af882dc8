"""`[clocks]` and the team's own kinds of duties to report, and what people read when something cannot be."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config_clocks import read_folder
from bot.config_file import ConfigError, read_policy
from workflows.clocks_kinds import in_force, shipped
from workflows.policy import Policy

REGIMES = Path(__file__).parents[2] / "workflows" / "regimes"
ACME = """name = "Contract with Acme"
concerns = "Incidents that touch data of Acme"
source = "Contract of 1 March 2025, section 9"
confidence = "house"
reviewed = 2026-11-21
time_zone = "Europe/Berlin"
holidays = [2026-12-24]

[[event]]
key = "aware"
ask = "When did you become aware?"
awareness = true

[[step]]
key = "call"
what = "call the duty officer"
to = "Acme"
after = "aware"
within = "8h"
remind_before = ["30m"]

[[step]]
key = "report"
what = "send the report"
to = "Acme"
after = "submitted:call"
within = "5bd"
backstop = {after = "aware", within = "10d"}
"""


def read(folder: Path, text: str, **files: str) -> Policy:
    (folder / "clocks").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "clocks" / f"{name}.toml").write_text(content)
    (folder / "sitrep.toml").write_text(text)
    return read_policy(folder / "sitrep.toml")


def refused(folder: Path, text: str, **files: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **files)
    return caught.value.problems


def test_the_kinds_that_ship_pass_their_own_check(tmp_path: Path) -> None:
    shutil.copytree(REGIMES, tmp_path / "regimes")
    assert read_folder(tmp_path / "regimes") == shipped()


def test_a_team_adds_kinds_chooses_and_says_who_hears_of_them(tmp_path: Path) -> None:
    text = '[clocks]\nkinds = ["acme", "gdpr"]\nfolder = "clocks"\ntell = ["legal", "U024BE7LH"]\n'
    text += '[groups]\nlegal = ["S0614TZR7"]'
    clocks = read(tmp_path, text, acme=ACME).clocks
    assert [kind.key for kind in clocks.offered] == ["acme", "gdpr"]
    assert len(clocks.known) == len(shipped()) + 1
    assert clocks.tell == ("S0614TZR7", "U024BE7LH")
    acme = clocks.offered[0]
    assert (acme.holidays, acme.steps[0].remind_before) == (("2026-12-24",), ("30m",))
    assert (acme.steps[1].backstop_after, acme.steps[1].backstop_within) == ("aware", "10d")


def test_an_own_kind_replaces_the_shipped_one_of_that_name(tmp_path: Path) -> None:
    own = (REGIMES / "gdpr.toml").read_text().replace('within = "72h"', 'within = "48h"')
    clocks = read(tmp_path, '[clocks]\nfolder = "clocks"', gdpr=own).clocks
    [gdpr] = [kind for kind in clocks.offered if kind.key == "gdpr"]
    assert gdpr.steps[0].within == "48h"
    assert len(clocks.offered) == len(in_force(shipped()))
    assert replace(clocks, known=(), offered=()) == replace(read(tmp_path, "").clocks, known=(), offered=())


def test_everything_that_cannot_be_is_said_with_its_file_and_line(tmp_path: Path) -> None:
    here = '[clocks]\nfolder = "clocks"\n'
    assert refused(tmp_path, '[clocks]\nkinds = ["gpdr"]\ntell = ["lawyers"]') == (
        'sitrep.toml line 2: [clocks] kinds there is no kind "gpdr": did you mean "gdpr"?',
        'sitrep.toml line 3: [clocks] tell "lawyers" is neither a Slack id nor a name under [groups], where '
        "nothing is yet",
    )
    [gone] = refused(tmp_path, '[clocks]\nfolder = "elsewhere"')
    named = f'[clocks] folder names "{tmp_path / "elsewhere"}"'
    assert gone == f"sitrep.toml line 2: {named}, and there is no folder there; create it"
    wrong = ACME.replace("8h", "8 hours").replace("30m", "soon").replace("Europe/Berlin", "Europe/Berlijn")
    assert refused(tmp_path, here, acme=wrong.replace("confidence", "konfidence")) == (
        "clocks/acme.toml line 1: confidence is missing",
        "clocks/acme.toml line 4: konfidence is not a setting; did you mean confidence?",
        'clocks/acme.toml line 6: time_zone "Europe/Berlijn" is no time zone: did you mean "Europe/Berlin"?',
        'clocks/acme.toml line 19: [step] (entry 1) within "8 hours" is no limit: write "72h" (hours), "30d" (days), '
        '"4bd" (business days), "1mo" (months) or "asap"',
        'clocks/acme.toml line 20: [step] (entry 1) remind_before "soon" is no time before a deadline: '
        'write "30m", "2h" or "7d"',
    )
    loose = ACME.replace('"submitted:call"', '"submitted:cal"').replace('after = "aware", ', 'after = "paid", ')
    assert refused(tmp_path, here, acme=loose.replace('key = "report"', 'key = "call"')) == (
        'clocks/acme.toml line 23: [step] (entry 2) key "call" is there twice',
        'clocks/acme.toml line 26: [step] (entry 2) after "submitted:cal" is neither an event nor a step above: '
        'did you mean "submitted:call"?',
        'clocks/acme.toml line 28: [step] (entry 2) backstop "paid" is not an event: there are aware',
    )
