"""The catalogue, the groups and the escalation matrix as a team writes them."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config_file import ConfigError, read_policy
from workflows.policy import Escalation, Link, Policy, Service, default_policy

CHECKOUT = """
name = "Checkout"
aliases = ["shop"]
owner = ["S0614TZR7"]
escalation = ["U024BE7LH", "management"]
depends_on = ["payments api"]
runbooks = [{title = "Restart", url = "https://wiki.example.com/restart"}]
dashboards = [{title = "Checkout", url = "https://grafana.example.com/d/checkout"}]
"""
PAYMENTS = '[[service]]\nname = "Payments API"\n[[service]]\nname = "Ledger"\n'


def read(folder: Path, text: str = "", **files: str) -> Policy:
    (folder / "services").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "services" / f"{name}.toml").write_text(content)
    (folder / "sitrep.toml").write_text(text)
    return read_policy(folder / "sitrep.toml")


def refused(folder: Path, text: str = "", **files: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **files)
    return caught.value.problems


def test_services_come_from_the_file_and_from_the_folder_beside_it(tmp_path: Path) -> None:
    policy = read(tmp_path, '[[service]]\nname = "Search"\n', checkout=CHECKOUT, payments=PAYMENTS)
    assert [service.name for service in policy.services] == ["Search", "Checkout", "Payments API", "Ledger"]
    assert policy.service("SHOP") == Service(
        name="Checkout",
        aliases=("shop",),
        owner=("S0614TZR7",),
        escalation=("U024BE7LH", "management"),
        depends_on=("payments api",),
        runbooks=(Link(title="Restart", url="https://wiki.example.com/restart"),),
        dashboards=(Link(title="Checkout", url="https://grafana.example.com/d/checkout"),),
    )
    assert policy.service("payments-api") == policy.services[2]


def test_groups_and_matrix_are_taken_with_levels_as_the_severities_spell_them(tmp_path: Path) -> None:
    text = """
    [channels]
    invite = ["S111AAA"]
    [groups]
    management = ["S0615G0KT", "U024BE7LH"]
    [escalate]
    answer_within = "3m"
    [[escalation]]
    when = "open"
    at = ["p1"]
    after = "20m"
    who = ["management", "U024BE7LH"]
    ask_first = true
    """
    policy = read(tmp_path, text)
    assert policy.escalations == (
        Escalation(
            when="open", at=("SEV1",), after=timedelta(minutes=20), who=("management", "U024BE7LH"), ask_first=True
        ),
    )
    assert (policy.groups["management"], policy.invite) == (("S0615G0KT", "U024BE7LH"), ("S111AAA",))
    assert policy.escalation_answer_within == timedelta(minutes=3)


@pytest.mark.parametrize(("scheme", "heard"), [("sev0-3", ("SEV0", "SEV1")), ("sev1-4", ("SEV1",))])
def test_the_matrix_that_ships_tells_management_of_sev1_and_executives_of_the_worst(
    scheme: str, heard: tuple[str, ...]
) -> None:
    matrix = {line.when: line for line in default_policy(scheme).escalations}  # type: ignore[arg-type]
    assert matrix["open"].at == heard
    assert matrix["declared"].at == heard[:1]
    assert matrix["no-progress"].ask_first


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            CHECKOUT.replace("owner", "ownr"),
            "services/checkout.toml line 4: ownr is not a setting; did you mean owner?",
        ),
        (CHECKOUT.replace('"S0614TZR7"', '"@anna"'), 'services/checkout.toml line 4: owner "@anna" is neither a Slack'),
        (CHECKOUT.replace("payments api", "paiments"), 'line 6: depends_on there is no service "paiments": did you'),
        (CHECKOUT.replace("payments api", "shop"), 'line 6: depends_on "shop" is this service itself'),
        (CHECKOUT.replace('"management"', '"managment"'), 'escalation "managment" is neither a Slack id nor a name'),
        (CHECKOUT.replace('"Checkout"\na', '"Search"\na'), 'line 2: name "Search" is there twice'),
        (CHECKOUT.replace('"shop"', '"search"'), 'line 3: aliases "search" means another service already'),
        (CHECKOUT.replace('name = "Checkout"', ""), "services/checkout.toml line 1: name is missing"),
        (CHECKOUT + "name = 3", "services/checkout.toml line 9: is not valid TOML"),
        (f"[[service]]{CHECKOUT}owners = 1", "services/checkout.toml line 9: [service] (entry 1) owners is not"),
    ],
)
def test_a_mistake_in_the_folder_is_named_with_its_file_and_line(tmp_path: Path, text: str, expected: str) -> None:
    problems = refused(tmp_path, '[[service]]\nname = "Search"', checkout=text, payments=PAYMENTS)
    assert len(problems) == 1
    assert expected in problems[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('when = "opened"\nwho = ["owner"]', 'line 2: [escalation] (entry 1) when "opened" is not known here: did you'),
        ('when = "open"\nwho = ["owner"]', "must say how long it has been open"),
        ('when = "declared"\nafter = "5m"\nwho = ["owner"]', 'after has no meaning for "declared"'),
        ('when = "declared"\nat = ["SEV9"]\nwho = ["owner"]', 'line 3: [escalation] (entry 1) at "SEV9" is not one of'),
        (
            'when = "declared"\nwho = ["exectives"]',
            'who "exectives" is neither a Slack id nor a name under [groups]: did',
        ),
        ('when = "declared"\nwho = []', "who must not be empty"),
    ],
)
def test_a_mistake_in_the_matrix_is_named_with_its_line(tmp_path: Path, text: str, expected: str) -> None:
    problems = refused(tmp_path, f"[[escalation]]\n{text}")
    assert len(problems) == 1
    assert expected in problems[0]


def test_a_group_cannot_be_called_like_a_role(tmp_path: Path) -> None:
    assert "cannot name a group" in refused(tmp_path, '[groups]\nic = ["U024BE7LH"]')[0]
