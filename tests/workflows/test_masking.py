"""Secrets are masked, and nothing else is."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.masking import Mask, mask
from workflows.policy import Hook
from workflows.remediation import address

LETTERS_AND_DIGITS = string.ascii_letters + string.digits


def random_text(length: int, alphabet: str = LETTERS_AND_DIGITS) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=length, max_size=length)


def with_prefix(prefix: str, length: int, alphabet: str = LETTERS_AND_DIGITS) -> st.SearchStrategy[str]:
    return random_text(length, alphabet).map(lambda rest: prefix + rest)


def is_random(secret: str) -> bool:
    return any(one.isdigit() for one in secret) and any(one.isalpha() for one in secret)


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits

SECRETS = st.one_of(
    with_prefix("AKIA", 16, UPPER),
    with_prefix("ASIA", 16, UPPER),
    with_prefix("ghp_", 36),
    with_prefix("github_pat_", 60, LETTERS_AND_DIGITS + "_"),
    with_prefix("glpat-", 20),
    with_prefix("xoxb-1234567890-", 24),
    with_prefix("xapp-1-A0123-", 40),
    with_prefix("sk_live_", 24),
    with_prefix("rk_test_", 24),
    with_prefix("whsec_", 32),
    with_prefix("AIza", 35),
    with_prefix("sk-proj-", 40).filter(is_random),
    with_prefix("npm_", 36),
    with_prefix("pypi-AgEIcHlwaS5vcmc", 60),
    with_prefix("dop_v1_", 64, HEX),
    with_prefix("hvs.", 24),
    st.tuples(random_text(20), random_text(30), random_text(43)).map(lambda p: f"eyJ{p[0]}.eyJ{p[1]}.{p[2]}"),
    random_text(64).map(lambda b: f"-----BEGIN RSA PRIVATE KEY-----\n{b}\n-----END RSA PRIVATE KEY-----"),
)

ABOUT_SECRETS = (
    *("key", "token", "secret", "password", "monkey", "tokens", "keys", "passwords", "API", "credentials", "rotated"),
    *("authentication", "bearer", "basic", "authorization", "expired", "the", "is", "was", "it", "again", "Bearer"),
)
WORDS = (
    *(
        "we",
        "the",
        "checkout",
        "is",
        "failing",
        "since",
        "15%",
        "deploy",
        "rollback",
        "42",
        "3.14",
        "p99",
        "SEV1",
        "INC-7",
    ),
    *(
        "v1.2.3",
        ":rotating_light:",
        "&amp;",
        "&lt;tag&gt;",
        "(see",
        "above)",
        "“quoted”",
        "–",
        "déjà",
        "检查",
        "5xx",
        "14:05",
    ),
)
# Times, ids and links as they really occur in an incident.
IDS = st.one_of(
    st.integers(1_500_000_000, 1_999_999_999).flatmap(
        lambda s: st.integers(0, 999_999).map(lambda micro: f"{s}.{micro:06d}")
    ),
    st.integers(1_500_000_000_000, 1_999_999_999_999).map(str),
    st.datetimes().map(lambda at: at.isoformat()),
    st.uuids().map(str),
    random_text(40, HEX),
    random_text(10, UPPER).map(lambda rest: f"<@U{rest}>"),
    random_text(10, UPPER).map(lambda rest: f"<#C{rest}|incident-2026-11-21-checkout>"),
    st.just("<https://grafana.example.com:3000/d/abc?from=now-1h&amp;to=now|the dashboard>"),
    st.just("https://example.slack.com/archives/C0123456789/p1711111111123456?thread_ts=1711111111.123456"),
    st.just("kubectl -n shop rollout undo deploy/checkout --to-revision=41"),
)


@given(before=st.text(), secret=SECRETS, after=st.text())
def test_a_secret_never_gets_through_whatever_stands_around_it(before: str, secret: str, after: str) -> None:
    masked = mask(f"{before} {secret} {after}")
    assert secret not in masked.text
    assert "«masked: " in masked.text


@given(st.lists(SECRETS, min_size=2, max_size=4, unique=True))
def test_every_one_of_several_secrets_is_masked(secrets: list[str]) -> None:
    masked = mask("first " + " then ".join(secrets))
    assert not [secret for secret in secrets if secret in masked.text]


@given(st.lists(st.one_of(st.sampled_from(WORDS), IDS), max_size=12).map(" ".join))
def test_plain_talk_times_ids_and_links_stay_as_they_are(text: str) -> None:
    assert mask(text).text == text


@given(st.lists(st.sampled_from(ABOUT_SECRETS), max_size=12).map(" ".join))
def test_talk_about_secrets_stays_as_it_is(text: str) -> None:
    assert mask(text).text == text


@given(st.text(), SECRETS)
def test_masking_twice_is_masking_once(text: str, secret: str) -> None:
    once = mask(f"{text} password={secret} {secret}").text
    assert mask(once).text == once


@given(
    random_text(12).filter(is_random), st.sampled_from(["password", "DB_PASSWORD", "api_key", "client_secret", "TOKEN"])
)
def test_what_follows_a_name_for_a_secret_is_masked(value: str, name: str) -> None:
    for text in (f"{name}={value}", f"{name}: {value}", f'"{name}": "{value}"', f"{name} = '{value}' # prod"):
        assert value not in mask(text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter", "password=«masked: password»"),
        ("the password: hunter", "the password: «masked: password»"),
        ("the password is hunter2 for now", "the password is «masked: password» for now"),
        ("?user=a&amp;password=x&lt;y&amp;z", "?user=a&amp;password=«masked: password»"),
        ("postgres://app:s3cr@t@db/x", "postgres://app:«masked: password»@db/x"),
        (
            "postgres://app:<mailto:s3@db.example.com|s3@db.example.com>/x",
            "postgres://app:«masked: password»/x",
        ),
        ("Authorization: Bearer abc123def456", "Authorization: Bearer «masked: authorization»"),
        ("curl -u x -H 'X-Api-Key: 9f8e7d6c5b4a'", "curl -u x -H 'X-Api-Key: «masked: password»'"),
        (
            "<https://hooks.slack.com/services/T0/B0/abcDEF123>",
            "<https://hooks.slack.com/services/«masked: Slack webhook»>",
        ),
        ("card 4111 1111 1111 1111, exp 12/29", "card «masked: payment card», exp 12/29"),
        ("amex 378282246310005", "amex «masked: payment card»"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE…cut", "«masked: private key»"),
    ],
)
def test_the_rest_of_the_sentence_stays(text: str, expected: str) -> None:
    assert mask(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "The password: expired",
        "API key: rotated",
        "the token is 12 hours old",
        "The secret: unknown",
        "password=$DB_PASSWORD",
        "monkey = banana",
        "max_tokens=4096",
        "if password == None",
        "order 4111 1111 1111 1112 failed",
        "call +49 151 2345 6789 012",
        "https://host:443/@user",
        "task-force-for-the-checkout-of-2026-works",
    ],
)
def test_talk_about_secrets_is_not_a_secret(text: str) -> None:
    assert mask(text).text == text


def test_the_same_secret_is_masked_where_nothing_gives_it_away_too() -> None:
    assert mask("password=correct-horse1, I repeat: correct-horse1").text.count("correct-horse1") == 0


def test_a_word_that_is_somebodys_password_stays_a_word_elsewhere() -> None:
    assert mask("password=password, the checkout password").text == "password=«masked: password», the checkout password"


@given(st.lists(SECRETS, min_size=1, max_size=3, unique=True), st.integers(1, 3))
def test_a_secret_pasted_again_is_counted_once(secrets: list[str], times: int) -> None:
    assume(not any(one in other for one in secrets for other in secrets if one != other))
    said = [f"here: {secret} …" for secret in secrets] * times
    masking = Mask()
    quick = masking.among(said)
    assert not [secret for secret in secrets for text in said if secret in masking(text) or secret in quick(text)]
    assert masking.count == len(secrets)
    assert sum(masking.kinds.values()) == len(secrets)


def test_the_address_of_a_hook_is_shown_without_what_opens_its_door() -> None:
    webhook = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/zzzzzzzzzzzzzzzz"
    for url in (webhook, "https://me:zzzzzzzz@example.com/do", "https://example.com/do?key=zzzzzzzz"):
        assert "zzzzzzzz" not in address(Hook(name="Do it", url=url))
