"""A team's own briefings of roles: what is taken, and what people read when one is broken."""

from pathlib import Path

import pytest

from bot.config_file import ConfigError, read_policy


def written(folder: Path, **texts: str) -> Path:
    (folder / "briefings").mkdir()
    for name, text in texts.items():
        (folder / "briefings" / f"{name}.md").write_text(text)
    file = folder / "sitrep.toml"
    file.write_text('[roles]\ntexts = "briefings"\n')
    return file


def test_a_teams_briefings_are_read_from_the_folder_beside_the_file(tmp_path: Path) -> None:
    policy = read_policy(written(tmp_path, comms="- Write {cadence}", README="How we do this: {whatever}"))
    assert policy.role_texts == {"comms": "- Write {cadence}"}


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "comms",
            "# ours\n- every {cadance}",
            "briefings/comms.md line 2: {cadance} cannot be filled in; did you mean {cadence}?",
        ),
        ("ic", "- by {}", "briefings/ic.md line 1: {} cannot be filled in; there are {ref}, {title}"),
        ("scribe", "# nothing but a heading\n\n", "briefings/scribe.md line 1: says nothing; delete the file"),
        ("sme", "- point\n" * 14, "briefings/sme.md line 13: is the 13th point; 12 fit"),
        ("ops", "x" * 2001, "briefings/ops.md line 1: has 2001 characters"),
        ("scribbe", "- write", "briefings/scribbe.md is named after no role: did you mean scribe.md?"),
        ("zzz", "- write", "briefings/zzz.md is named after no role: there are ic, comms, ops, scribe, sme"),
    ],
)
def test_a_broken_briefing_is_named_with_its_line(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_policy(written(tmp_path, **{name: text}))
    [found] = caught.value.problems
    assert found.startswith(problem)


def test_a_folder_that_is_not_there_and_a_file_that_is_no_text_are_problems(tmp_path: Path) -> None:
    file = tmp_path / "sitrep.toml"
    file.write_text('[roles]\ntexts = "nowhere"\n')
    with pytest.raises(ConfigError, match=r"sitrep\.toml line 2: .* there is no folder there"):
        read_policy(file)
    (tmp_path / "nowhere").mkdir()
    (tmp_path / "nowhere" / "ic.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_policy(file)


def test_when_a_free_role_is_asked_about_is_a_growing_list(tmp_path: Path) -> None:
    file = tmp_path / "sitrep.toml"
    file.write_text('[nag]\nempty_role = ["10m", "5m"]\n')
    with pytest.raises(ConfigError, match="must be later than the one before it"):
        read_policy(file)
    file.write_text("[nag]\nempty_role = []\n")
    assert read_policy(file).empty_role == ()
