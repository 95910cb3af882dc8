"""Runbook files: what is read from them, what they lack, and which one fits."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import runbooks_cli
from workflows import library, mrkdwn, runbooks
from workflows.library import Library
from workflows.policy import Link, Policy, RunbookPolicy, Service, default_policy
from workflows.runbooks import Read

TODAY = date(2026, 11, 21)
FRONT = "---\ntrigger: it breaks\nseverity: SEV1\nowner: Platform\nupdated: 2026-11-01\n---\n"
SECTIONS = "## Prerequisites\nnone\n## Steps\n1. `ls`\n## Verification\nlook\n## Rollback\nnone\n"
BETTER = "## Symptoms\nred\n## Diagnosis\nlook\n## Prevention\nmore\n"


def read(text: str) -> Read:
    return runbooks.read(text, file="a.md", slug="a")


def found(text: str) -> list[str]:
    return [f"{one.line}: {one.sentence.partition(':')[0].partition(';')[0]}" for one in read(text).findings]


def test_a_complete_runbook_lacks_nothing_and_the_starters_are_complete() -> None:
    assert found(f"{FRONT}# Title\n{SECTIONS}{BETTER}") == []
    shipped = Library().look(default_policy())
    assert [one.runbook.slug for one in shipped.reads] == ["cache-invalidation", "database-failover", "ddos-mitigation"]
    assert [finding for one in shipped.reads for finding in one.findings] == []
    assert all("`" in step for one in shipped.runbooks for step in one.steps)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"# T\n{SECTIONS}{BETTER}", ["1: has no front matter"]),
        (f"---\nowner: x\n# T\n{SECTIONS}{BETTER}", ["1: the front matter is not closed"]),
        (
            f"---\nowner: a: b\n---\n{SECTIONS}{BETTER}",
            ["2: the front matter is not valid YAML (mapping values are not allowed here)"],
        ),
        (f"---\n- a\n---\n{SECTIONS}{BETTER}", ["2: the front matter must be lines of `name"]),
        (
            f"{FRONT.replace('owner', 'ownr')}{SECTIONS}{BETTER}",
            ["4: “ownr” is not known here", "7: owner is missing"],
        ),
        (f"{FRONT.replace('2026-11-01', '2026-13-01')}{SECTIONS}{BETTER}", ["5: “2026-13-01” is not a day"]),
        (f"{FRONT}{SECTIONS.replace('1. `ls`', 'Just do it')}{BETTER}", ["7: steps is missing"]),
        (f"{FRONT}{SECTIONS}", ["7: symptoms is missing", "7: diagnosis is missing", "7: prevention is missing"]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("1. one\n2. two\n", ["one", "two"]),
        ("1. one\n```sh\nls\n```\n2. two\n", ["one\n```\nls\n```", "two"]),
        ("1. one\n   ```sh\n   ls &\n   ```\n   more\n2. two\n", ["one\n```\nls &amp;\n```\nmore", "two"]),
        ("- one\n- two\n", ["one", "two"]),
        ("### One\nfirst\n### Two\n`ls`\n", ["*One*\nfirst", "*Two*\n`ls`"]),
        (
            "Read this first.\n1. **one** [here](https://x.y/?a=1&b=2) <!channel>\n",
            ["*one* <https://x.y/?a=1&amp;b=2|here> &lt;!channel&gt;"],
        ),
    ],
)
def test_steps_are_what_people_number_with_the_code_that_follows(steps: str, expected: list[str]) -> None:
    assert list(read(f"{FRONT}## Procedure\n{steps}## Verification\nok\n").runbook.steps) == expected


def test_sections_have_several_names_and_may_stand_in_the_front_matter() -> None:
    one = read(
        "---\nlast_updated: 2026-11-01\nrollback: [a, b]\ntags: db, cache\n---\n# Runbook: T\n## When to use\nnow\n"
    ).runbook
    assert (one.title, one.said("trigger"), one.said("rollback")) == ("T", "now", "• a\n• b")
    assert (one.updated, one.keywords) == (date(2026, 11, 1), ("db", "cache"))
    assert one.stale(TODAY, timedelta(days=10))
    assert not one.stale(TODAY, timedelta(days=30))


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_shown_without_pinging_anybody(text: str) -> None:
    one = read(FRONT + "## Steps\n" + text).runbook
    for shown in (*one.steps, *one.sections.values()):
        assert "<!" not in shown
        assert "<@" not in shown
    read(text)


@given(st.text(alphabet="a`\n<&", max_size=400), st.integers(min_value=10, max_value=100))
def test_a_cut_text_closes_its_code_and_keeps_its_length(text: str, limit: int) -> None:
    cut = mrkdwn.fitted(text, limit)
    assert len(cut) <= max(limit, 0)
    assert len(text) <= limit or cut.count("```") % 2 == 0


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Database primary does not answer", ["Database failover"]),
        ("databse is slow", ["Database failover"]),
        ("We are under a DDoS attack", ["DDoS mitigation"]),
        ("Customers see stale prices", ["Cache invalidation"]),
        ("Checkout is failing", []),
        ("Everything is down", []),
        ("Incident server error", []),
    ],
)
def test_rare_words_decide_which_runbook_fits(title: str, expected: list[str]) -> None:
    shelf = Library().look(default_policy()).runbooks
    assert [one.title for one in library.fitting(shelf, title=title, service=None)] == expected


def folder(tmp_path: Path, files: dict[str, str]) -> Policy:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    services = (Service(name="Checkout"), Service(name="Login", runbooks=(Link(title="x", url="https://x.y"),)))
    settings = RunbookPolicy(folder=tmp_path, alerts=("HighLoad", "DiskFull"))
    return replace(default_policy(), runbooks=settings, services=services)


def test_the_service_decides_and_the_teams_own_file_takes_the_place_of_a_starter(tmp_path: Path) -> None:
    own = FRONT.replace("---\ntrigger", "---\nservices: checkout\ntrigger", 1)
    policy = folder(
        tmp_path, {"pay/restart.md": f"{own}# Restart\n{SECTIONS}", "database-failover.md": f"{FRONT}# Ours\n"}
    )
    shelf = Library().look(policy).runbooks
    assert [one.title for one in shelf] == ["Cache invalidation", "DDoS mitigation", "Ours", "Restart"]
    assert [one.title for one in library.fitting(shelf, title="It fails", service="Checkout")] == ["Restart"]
    assert [one.slug for one in library.called(shelf, "restrat")] == ["pay-restart"]


def test_a_pull_in_the_folder_is_enough(tmp_path: Path) -> None:
    policy, books = folder(tmp_path, {"a.md": f"{FRONT}# One\n"}), Library()
    assert "One" in [one.title for one in books.look(policy).runbooks]
    (tmp_path / "a.md").write_text(f"{FRONT}# Another\n")
    assert "Another" in [one.title for one in books.look(policy).runbooks]


def test_a_link_out_of_the_folder_is_not_followed_and_a_broken_one_hides_no_other(tmp_path: Path) -> None:
    policy = folder(tmp_path / "books", {"a.md": f"{FRONT}# One\n", "deep/b.md": f"{FRONT}# Two\n"})
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=of-the-bot")
    (tmp_path / "books" / "tokens.md").symlink_to("../.env")
    (tmp_path / "books" / "nowhere.md").symlink_to("gone.md")
    (tmp_path / "books" / "inside.md").symlink_to("deep/b.md")
    (tmp_path / "linked").symlink_to(tmp_path / "books")
    policy = replace(policy, runbooks=RunbookPolicy(folder=tmp_path / "linked", starters=False))
    shelf = Library().look(policy)
    assert [one.title for one in shelf.runbooks] == ["One", "Two", "Two"]
    assert not shelf.trouble


@pytest.mark.parametrize(
    "front",
    [
        "".join(["a0: &a0 [x]\n", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]\n" for n in range(1, 30))]),
        "a: &a [*a]\n",
        f"a: {'[' * 5000}\n",
    ],
)
def test_front_matter_that_never_ends_is_a_finding(front: str) -> None:
    assert any("the front matter is not valid YAML" in one for one in found(f"---\n{front}---\n# One\n"))


def test_the_check_says_what_has_no_runbook_and_what_is_out_of_date(tmp_path: Path) -> None:
    old = FRONT.replace("2026-11-01", "2025-11-01\nalerts: [diskfull]\nservices: [Chekout]")
    policy = folder(tmp_path, {"a.md": f"{old}# A\n{SECTIONS}{BETTER}", ".git/x.md": "no", "README.md": "no"})
    report = runbooks_cli.check(policy, TODAY)
    assert (report.runbooks, report.good) == (4, False)
    assert report.stale == ("a.md: last revised on 2025-11-01",)
    assert (report.bare_services, report.bare_alerts) == (("Checkout",), ("HighLoad",))
    assert [str(one) for one in report.wrong] == ["a.md line 1: there is no service “Chekout”: did you mean Checkout?"]
    assert '"ok": false' in runbooks_cli.as_json(report)

    gone = replace(policy, runbooks=RunbookPolicy(folder=tmp_path / "gone"), services=())
    assert "there is no such folder" in runbooks_cli.check(gone, TODAY).trouble
    assert "\nLooked up for 2 services and 2 alerts.\n" in runbooks_cli.in_words(report, "x")
    nothing_named = runbooks_cli.in_words(runbooks_cli.check(default_policy(), TODAY), None)
    assert "0 alerts. Name yours under [[service]] and [runbooks] alerts" in nothing_named
    assert nothing_named.endswith("All good.")
