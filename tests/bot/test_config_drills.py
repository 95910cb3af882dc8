"""`[drills]` and the team's own scenarios, and what people read when something cannot be."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config_drills import read_folder
from bot.config_file import ConfigError, read_policy
from workflows.policy import Policy, default_policy
from workflows.scenarios import called, shipped

SHIPPED = Path(__file__).parents[2] / "workflows" / "scenarios"
CACHE = """title = "The cache is empty at noon"
summary = "After a restart nothing is cached."
severity = "sev2"
hypothesis = "The database holds."

[[inject]]
at = "1h30m"
text = "It does not."

[[inject]]
at = "0m"
by = "Monitoring"
text = "Hit rate of the cache: 3%."
"""


def read(folder: Path, text: str, **files: str) -> Policy:
    (folder / "drills").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "drills" / f"{name.replace('_', '-')}.toml").write_text(content)
    (folder / "sitrep.toml").write_text(text)
    return read_policy(folder / "sitrep.toml")


def test_the_scenarios_that_ship_pass_their_own_check(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "drills")
    assert read_folder(tmp_path / "drills", default_policy()) == shipped()
    assert {one.key for one in shipped()} == {"bad-deploy", "data-leak", "database-failover"}
    assert all(one.hypothesis and one.blast_radius and one.abort_rule and len(one.beats) >= 5 for one in shipped())


def test_own_scenarios_are_offered_beside_or_instead_of_those_that_ship(tmp_path: Path) -> None:
    policy = read(tmp_path, '[drills]\nfolder = "drills"', cache_lost=CACHE, bad_deploy=CACHE)
    assert [one.key for one in policy.scenarios] == ["bad-deploy", "cache-lost", "data-leak", "database-failover"]
    mine = called(policy.scenarios, "Cache lost")
    assert mine is not None
    assert [beat.after for beat in mine.beats] == [timedelta(0), timedelta(hours=1, minutes=30)]
    assert called(policy.scenarios, "database-failovr") is not None
    assert called(policy.scenarios, "something else") is None
    alone = read(tmp_path, '[drills]\nfolder = "drills"\nstarters = false', cache_lost=CACHE)
    assert [one.key for one in alone.scenarios] == ["bad-deploy", "cache-lost"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (CACHE.replace("1h30m", "soon"), 'drills/x.toml line 7: [inject] (entry 1) at "soon" is no time since the beg'),
        (CACHE.replace("sev2", "sev9"), 'drills/x.toml line 3: severity "sev9" is not one of the severities'),
        (
            CACHE.replace("hypothesis", "hypotesis"),
            "drills/x.toml line 4: hypotesis is not a setting; did you mean hyp",
        ),
        ('title = "T"\nsummary = "S"', "drills/x.toml line 1: inject is missing"),
        ('title = "T', "drills/x.toml line 1: is not valid TOML"),
        (CACHE + '[other]\nservice = "X"', "drills/x.toml line 14: other is not a setting"),
        ('service = "Shop"\n' + CACHE, 'drills/x.toml line 1: service there is no service "Shop"'),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, '[drills]\nfolder = "drills"', x=content)
    assert [one[: len(problem)] for one in caught.value.problems] == [problem]


def test_a_folder_that_is_not_there_and_a_name_that_means_something_else_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sitrep\.toml line 2: .* there is no folder there"):
        read(tmp_path, '[drills]\nfolder = "elsewhere"')
    with pytest.raises(ConfigError, match=r"drills/replay\.toml: call it after what people type"):
        read(tmp_path, '[drills]\nfolder = "drills"', replay=CACHE)
