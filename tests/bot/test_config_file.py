"""`sitrep.toml`: what may stand in it, and what people read when it cannot be used."""

import tomllib
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config_file import ConfigError, read_policy
from bot.config_lines import line_of
from bot.config_schema import duration
from workflows.policy import Link, Policy, Service, default_policy

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "sitrep.example.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sitrep.toml"


def read(file: Path, text: str) -> Policy:
    file.write_text(text, encoding="utf-8")
    return read_policy(file)


def refused(file: Path, text: str | bytes) -> tuple[str, ...]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as caught:
        read_policy(file)
    for problem in caught.value.problems:
        assert problem in str(caught.value)
    return caught.value.problems


def uncommented(text: str) -> str:
    """Settings begin with a bare #; sentences have a space behind it."""
    return "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines()
    )


def test_an_empty_file_is_the_default_policy(file: Path) -> None:
    assert read(file, "") == default_policy()


def test_the_example_as_it_is_changes_nothing() -> None:
    assert read_policy(EXAMPLE) == default_policy()


def test_the_example_with_every_line_taken_in_is_the_default_policy(file: Path) -> None:
    assert read(file, uncommented(EXAMPLE.read_text())) == default_policy()


def test_the_example_shows_every_setting_that_there_is() -> None:
    shown = tomllib.loads(uncommented(EXAMPLE.read_text()))
    assert set(shown) | {"service", "groups"} == {
        *("scheme", "time_zone", "default_severity", "severity", "question", "channels", "timeline"),
        *("nag", "roles", "war_room"),
        *("lifecycle", "handoff", "postmortem", "comms", "clocks", "service", "access", "permissions"),
        *("catalogue", "groups", "escalate", "escalation"),
        "runbooks",
        "drills",
    }
    assert set(shown["runbooks"]) == {"starters", "stale_after", "alerts", "hint_after"}
    assert set(shown["severity"][0]) == {
        *("level", "name", "definition", "example", "response", "escalation", "respond_within", "update_every"),
        *("escalate_after", "customer_email_within", "roles", "invite", "postmortem"),
    }
    assert set(shown["channels"]) == {"prefix", "announce", "invite", "status_page", "explain"}
    assert set(shown["nag"]) == {"ladder", "snooze", "empty_role"}
    assert set(shown["war_room"]) == {"severities", "access", "api", "login"}


def test_the_other_scheme_brings_its_own_severities(file: Path) -> None:
    assert read(file, 'scheme = "sev1-4"') == default_policy("sev1-4")


def test_everything_a_team_writes_is_taken(file: Path) -> None:
    policy = read(
        file,
        """
        time_zone = "Europe/Berlin"
        default_severity = "minor"
        [[severity]]
        level = "Major"
        name = "Everything is down"
        respond_within = "1h30m"
        roles = ["ic", "comms"]
        postmortem = true
        [[severity]]
        level = "Minor"
        name = "Something is down"
        [channels]
        prefix = "outage-"
        announce = "#status"
        [timeline.reactions]
        ":eyes:" = "finding"
        pushpin = ""
        [nag]
        ladder = [{after = "1m", tell = ["ic"]}]
        snooze = "20m"
        [lifecycle]
        stable_for = "0s"
        [handoff]
        answer_within = "2m"
        [postmortem]
        due = "5d"
        [[service]]
        name = "Checkout"
        runbooks = [{title = "Restart", url = "https://wiki.example.com/restart"}]
        [access]
        admins = ["U024BE7LH", "W012A3CDE"]
        """,
    )
    assert [severity.level for severity in policy.severities] == ["Major", "Minor"]
    assert policy.severities[0].respond_within == timedelta(minutes=90)
    assert policy.severities[0].update_every is None
    assert policy.severities[1].roles == ("ic",)
    assert policy.severity(policy.default_severity) == policy.severities[1]
    assert policy.time_zone == ZoneInfo("Europe/Berlin")
    assert (policy.channel_prefix, policy.announce) == ("outage", "status")
    assert policy.reactions["eyes"] == "finding"
    assert "pushpin" not in policy.reactions
    assert policy.reactions["zap"] == "action"
    assert [rung.after for rung in policy.ladder] == [timedelta(minutes=1)]
    assert (policy.snooze, policy.stable_for) == (timedelta(minutes=20), timedelta(0))
    assert policy.handoff_answer_within == timedelta(minutes=2)
    assert policy.postmortem_due == timedelta(days=5)
    runbook = Link(title="Restart", url="https://wiki.example.com/restart")
    assert policy.services == (Service(name="Checkout", runbooks=(runbook,)),)
    assert policy.admins == ("U024BE7LH", "W012A3CDE")


def test_an_empty_name_announces_nowhere(file: Path) -> None:
    assert read(file, '[channels]\nannounce = ""').announce is None
    assert read(file, '[channels]\nprefix = "inc"').announce == "incidents"


def test_a_channel_of_any_script_can_hear_announcements(file: Path) -> None:
    assert read(file, '[channels]\nannounce = "#störungen"').announce == "störungen"
    assert read(file, '[channels]\nannounce = "障害"').announce == "障害"


def test_a_file_saved_by_a_windows_editor_is_read(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbfscheme = "sev1-4"\r\n[nag]\r\nsnooze = "1m"\r\n')
    assert read_policy(file).snooze == timedelta(minutes=1)


SEVERITY = '[[severity]]\nlevel = "SEV2"\nname = "Bad"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('schme = "sev0-3"', "line 1: schme is not a setting; did you mean scheme?"),
        ('\n[chanels]\nprefix = "inc"', "line 2: chanels is not a setting; did you mean channels?"),
        ('[nag]\n\nsnoose = "5m"', "line 3: [nag] snoose is not a setting; did you mean snooze?"),
        ('[nag]\nzzz = "5m"', "line 2: [nag] zzz is not a setting; here there are ladder, snooze"),
        (
            '[channels]\ntime_zone = "UTC"',
            "line 2: [channels] time_zone is not a setting here; it belongs at the top, above the first [section]",
        ),
        ('snooze = "5m"', "line 1: snooze is not a setting here; it belongs under [nag]"),
        ('scheme = "sev0-4"', 'line 1: scheme "sev0-4" is not known here: did you mean "sev0-3"?'),
        ("time_zone = 3", 'line 1: time_zone "3" is no time zone: use a name such as "Europe/Berlin"'),
        (
            'time_zone = "Europe/Berln"',
            'line 1: time_zone "Europe/Berln" is no time zone: did you mean "Europe/Berlin"?',
        ),
        (
            '\ndefault_severity = "SEV9"',
            'line 2: default_severity "SEV9" is not one of the severities: did you mean "SEV0"?',
        ),
        ("severity = []", "line 1: severity must not be empty"),
        ('[severity]\nlevel = "SEV1"', "line 1: severity must be a list in square brackets"),
        ('[[severity]]\nlevel = "SEV2"', "line 1: [severity] (entry 1) name is missing"),
        (SEVERITY + "level2 = 1", "line 4: [severity] (entry 1) level2 is not a setting; did you mean level?"),
        (SEVERITY + 'postmortem = "yes"', "postmortem must be true or false, without quotes"),
        (SEVERITY + 'update_every = "0m"', "line 4: [severity] (entry 1) update_every must be longer than zero"),
        (SEVERITY + 'update_every = "-5m"', "line 4: [severity] (entry 1) update_every '-5m' is not a duration"),
        (SEVERITY + "update_every = 30", "line 4: [severity] (entry 1) update_every 30 is not a duration"),
        (SEVERITY + 'roles = ["icc"]', 'line 4: [severity] (entry 1) roles "icc" is not known here: did you mean'),
        ('[[severity]]\nlevel = "SEV 2"\nname = "B"', 'line 2: [severity] (entry 1) level "SEV 2" cannot be typed'),
        (
            SEVERITY + SEVERITY.replace("SEV2", "p2"),
            'line 5: [severity] (entry 2) level "p2" cannot be told apart from "SEV2" above',
        ),
        (
            SEVERITY.replace("SEV2", "Bad"),
            "line 1: default_severity must say which of your severities holds when nobody names one",
        ),
        ('[channels]\nprefix = "Big Bang"', 'line 2: [channels] prefix "Big Bang" cannot begin a Slack channel name'),
        ('[channels]\nprefix = "störung"', 'prefix "störung" cannot begin a Slack channel name: use a-z'),
        ('[channels]\nprefix = "--"', "line 2: [channels] prefix needs at least one letter or digit"),
        ('[channels]\nprefix = ""', "line 2: [channels] prefix needs at least one letter or digit"),
        (f'[channels]\nprefix = "{"a" * 41}"', "line 2: [channels] prefix has at most 40 characters"),
        ('[channels]\nannounce = "In.c"', 'line 2: [channels] announce "In.c" cannot be a Slack channel name'),
        (f'[channels]\nannounce = "{"a" * 81}"', "announce a Slack channel name has at most 80 characters"),
        ('[timeline.reactions]\nmag = "findings"', 'reactions] mag "findings" is not known here: did you mean'),
        ('[timeline.reactions]\n"my eyes" = "key"', "line 2: [timeline.reactions] my eyes is not an emoji name"),
        ("[nag]\nladder = []", "line 2: [nag] ladder must not be empty"),
        (
            '[nag]\nladder = [\n  {after = "5m", tell = ["ic"]},\n  {after = "5m", tell = ["roles"]},\n]',
            "line 2: [nag] ladder (entry 2) after must be later than the entry before it",
        ),
        ('[nag]\nladder = [{after = "5m", tell = []}]', "line 2: [nag] ladder (entry 1) tell must not be empty"),
        ('[nag]\nladder = [{after = "5m", tell = ["anounce"]}]', 'did you mean "announce"?'),
        ('[postmortem]\ndue = "9999d"', "line 2: [postmortem] due '9999d' is longer than a year"),
        ("nag = 3", "line 1: nag must be a section of its own"),
        ('[[service]]\nname = ""', "line 2: [service] (entry 1) name must not be empty"),
        ('[[service]]\nname = "A"\n[[service]]\nname = "a"', 'line 4: [service] (entry 2) name "a" is there twice'),
        (
            '[[service]]\nname = "A"\nrunbooks = [{title = "R", url = "wiki/r"}]',
            "line 3: [service] (entry 1) runbooks (entry 1) url must be a whole address",
        ),
        ('[access]\nadmins = ["@anna"]', 'line 2: [access] admins "@anna" is not a Slack member id such as'),
        ("scheme = sev0-3", "line 1: is not valid TOML"),
        ('scheme = "sev0-3"\nscheme = "sev1-4"', "line 2: is not valid TOML"),
        ('[nag]\nsnooze = "1m"\n[nag]\n', "line 3: is not valid TOML (Cannot declare ('nag',) twice); a section or"),
        ('[timeline.reactions]\nmag = "wow"', "use one of key, finding, action, decision, follow-up"),
        ("[nag]\nladder = [\n", "line 2: is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_a_way_out(file: Path, text: str, expected: str) -> None:
    problems = refused(file, text)
    assert len(problems) == 1
    assert problems[0].startswith("sitrep.toml line ")
    assert expected in problems[0]


def test_all_mistakes_are_named_at_once_and_in_the_order_of_the_file(file: Path) -> None:
    problems = refused(file, 'schme = "x"\n[nag]\nsnooze = 5\n[access]\nadmins = ["anna", "bilal"]\n')
    assert [problem.split(":")[0].removeprefix("sitrep.toml ") for problem in problems] == [
        "line 1",
        "line 3",
        "line 5",
        "line 5",
    ]


def test_what_does_not_go_together_is_named_beside_what_is_not_well_formed(file: Path) -> None:
    (file.parent / "services").mkdir(exist_ok=True)
    text = '[nag]\nsnooze = 5\n[permissions]\nfly = ["ic"]\n[comms]\ntemplates = "nowhere"\n'
    problems = refused(file, text)
    assert [problem.partition(" (")[0].partition(":")[0] for problem in problems] == [
        "sitrep.toml line 2",
        "sitrep.toml line 4",
        "sitrep.toml line 6",
    ]
    # Where a level is in doubt, what speaks of it is not called wrong.
    assert (
        len(refused(file, '[[severity]]\nlevel = "BAD"\n[[escalation]]\nwhen = "open"\nwho = ["owner"]\nat = ["BAD"]'))
        == 1
    )


def test_a_file_that_is_not_text_is_refused_with_a_way_out(file: Path) -> None:
    assert refused(file, b'scheme = "\xff"') == ("sitrep.toml: is not UTF-8 text; save it as UTF-8",)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_policy(tmp_path)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), (" 5m ", 300)],
)
def test_durations_are_read_with_their_units(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.from_regex(r"[0-9]+[dhmsw]", fullmatch=True)))
def test_anything_else_is_refused_with_a_sentence_and_nothing_worse(value: object) -> None:
    try:
        length = duration(value)
    except ValueError:
        return
    assert timedelta() <= length <= timedelta(days=366)


words = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


@given(st.lists(words, min_size=1, max_size=8, unique=True), st.data())
def test_every_key_is_found_on_the_line_where_it_begins(keys: list[str], data: st.DataObject) -> None:
    gaps = [data.draw(st.sampled_from(["", "\n", "# a comment = 1\n\n"])) for _ in keys]
    values = [data.draw(st.sampled_from(["1", '"a # b"', "[\n 1,\n 2,\n]", '"""\n[x]\ny = 1\n"""'])) for _ in keys]
    text = "".join(f"{gap}{key} = {value}\n" for gap, key, value in zip(gaps, keys, values, strict=True))
    for key in keys:
        line = line_of((key,), text)
        assert line is not None
        assert text.split("\n")[line - 1].startswith(f"{key} = ")


def test_a_setting_of_several_lines_is_found_on_its_first() -> None:
    text = "[nag]\n# why\nladder = [\n  1,\n]\n"
    assert line_of(("nag", "ladder", 0), text) == 3
    assert line_of(("nag", "ladder", 1), text) is None
