"""Zoom and Google Meet, played on loopback: what is asked of them, and what their answers mean."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.calls import connect
from bot.config import ConfigError, Settings, examine
from tests.clock import ManualClock
from tests.vendors import HOST, Vendor, open_vendor
from workflows.ports import Busy, NoRooms, Refused, Room, Rooms, Unclear

ZOOM = {
    "SITREP_ZOOM_ACCOUNT_ID": "account",
    "SITREP_ZOOM_CLIENT_ID": "client",
    "SITREP_ZOOM_CLIENT_SECRET": "hunter2secret",
}
CREATE = f"POST /v2/users/{HOST}/meetings"
LIST = f"GET /v2/users/{HOST}/meetings"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def service_account(**fields: Any) -> dict[str, Any]:
    pem = key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "client_email": "sitrep@project.iam.gserviceaccount.com",
        "private_key_id": "k1",
        "private_key": pem.decode(),
        **fields,
    }


def settings(folder: Path, vendor: Vendor, via: str, *, google: Any = None, **env: str) -> Settings:
    login = vendor.url if via == "zoom" else f"{vendor.url}/token"
    (folder / "sitrep.toml").write_text(
        f'[war_room]\nvia = "{via}"\nhost = "{HOST}"\naccess = "TRUSTED"\napi = "{vendor.url}"\nlogin = "{login}"\n'
    )
    (folder / "google.json").write_text(json.dumps(google or service_account()))
    given = {**ZOOM, "SITREP_MEET_CREDENTIALS": "google.json", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    return Settings.from_env(given | env, folder)


@asynccontextmanager
async def rooms_of(made: Settings, clock: ManualClock) -> AsyncIterator[Rooms]:
    async with AsyncExitStack() as stack:
        yield await connect(stack, made, clock)


async def test_zoom_makes_a_meeting_that_nobody_has_to_open_and_finds_it_again(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_vendor() as vendor, rooms_of(settings(tmp_path, vendor, "zoom"), clock) as rooms:
        vendor.page = 1
        for number in range(3):
            await rooms.create(f"INC-{number} " + "x" * 300, f"Sitrep INC-{number} press")
        made = await rooms.create("INC-7 Checkout", "Sitrep INC-7 press")
        assert made == Room(url="https://example.zoom.us/j/900000003?pwd=abc.1", passcode="424242")
        assert vendor.meetings[3]["settings"] == {"join_before_host": True, "jbh_time": 0, "waiting_room": False}
        assert await rooms.find("Sitrep INC-7 press") == made
        assert await rooms.find("Sitrep INC-8 press") is None

        # One token for all of it; a new one a minute before it ends, and when Zoom no longer takes it.
        assert vendor.count("POST /oauth/token") == 1
        clock.advance(minutes=59)
        await rooms.create("INC-9", "Sitrep INC-9 press")
        assert vendor.count("POST /oauth/token") == 2
        vendor.tokens.append("revoked meanwhile")
        await rooms.create("INC-10", "Sitrep INC-10 press")
        assert vendor.count("POST /oauth/token") == 3
        assert len(vendor.meetings) == 6

        vendor.may_list = False
        assert await rooms.find("Sitrep INC-7 press") is None


@pytest.mark.parametrize("google", [None, {"type": "authorized_user", "client_id": "c", "client_secret": "s"}])
async def test_google_meet_makes_a_space_in_the_name_of_a_user(tmp_path: Path, google: dict[str, str] | None) -> None:
    given = None if google is None else {**google, "refresh_token": "1//refresh"}
    async with open_vendor() as vendor:
        vendor.public_key = key().public_key()
        async with rooms_of(settings(tmp_path, vendor, "meet", google=given), ManualClock()) as rooms:
            assert await rooms.create("INC-7 Checkout", "m") == Room(url="https://meet.google.com/abc-mnop-xya")
            assert vendor.spaces[0]["config"] == {"accessType": "TRUSTED"}
            assert await rooms.find("m") is None
            await rooms.create("INC-8 Search", "n")
        assert vendor.count("POST /token") == 1


@pytest.mark.parametrize(
    ("path", "how", "expected"),
    [
        (CREATE, "429 7", Busy(timedelta(seconds=7))),
        (CREATE, "429", Busy(timedelta(seconds=10))),
        (CREATE, "503", Unclear("HTTP 503")),
        (CREATE, "lost", Unclear("ServerDisconnectedError")),
        (CREATE, "nonsense", Unclear("an answer that is no JSON")),
        (CREATE, "403", Refused("call_not_allowed")),
        (CREATE, "404", Refused("call_no_such_host")),
        (CREATE, "400", Refused("call_refused")),
        ("POST /oauth/token", "400", Refused("call_login_refused")),
        ("POST /oauth/token", "500", Unclear("HTTP 500")),
        ("POST /oauth/token", "cut", Unclear("x")),
        ("POST /oauth/token", "429 3", Busy(timedelta(seconds=3))),
    ],
)
async def test_what_a_vendors_answer_means(tmp_path: Path, path: str, how: str, expected: Exception) -> None:
    async with open_vendor() as vendor, rooms_of(settings(tmp_path, vendor, "zoom"), ManualClock()) as rooms:
        vendor.faults.append((path, how))
        with pytest.raises(type(expected)) as caught:
            await rooms.create("INC-7", "Sitrep INC-7")
        if isinstance(expected, Refused):
            assert getattr(caught.value, "error", "") == expected.error
        if isinstance(expected, Busy):
            assert getattr(caught.value, "retry_after", None) == expected.retry_after
        assert len(vendor.meetings) == (how == "lost")
        assert (await rooms.create("INC-7", "Sitrep INC-7")).url  # it goes on afterwards


async def test_credentials_that_are_not_taken_are_refused_once_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_vendor() as vendor:
        wrong = settings(tmp_path, vendor, "zoom", SITREP_ZOOM_CLIENT_SECRET="wrong-but-secret")
        async with rooms_of(wrong, ManualClock()) as rooms:
            with pytest.raises(Refused, match="call_login_refused"):
                await rooms.create("INC-7", "m")
        assert vendor.asked == ["POST /oauth/token"]
        broken = settings(tmp_path, vendor, "meet", google=service_account(private_key="-----BEGIN nothing"))
        async with rooms_of(broken, ManualClock()) as rooms:
            with pytest.raises(Refused, match="call_login_refused"):
                await rooms.create("INC-7", "m")
    assert "invalid_client" in str(caplog.records[0].__dict__["reason"])
    assert "wrong-but-secret" not in caplog.text + repr(wrong)
    assert {"wrong-but-secret"} <= set(wrong.secrets)
    assert "BEGIN" not in repr(broken)


async def test_nothing_is_made_where_nothing_is_configured(tmp_path: Path) -> None:
    async with rooms_of(Settings.from_env({}, tmp_path, need_slack=False), ManualClock()) as rooms:
        assert isinstance(rooms, NoRooms)
        assert await rooms.find("m") is None
        with pytest.raises(Refused):
            await rooms.create("INC-7", "m")


@pytest.mark.parametrize(
    ("toml", "env", "files", "problem"),
    [
        ('via = "zoom"\nhost = "a@b.c"', {}, {}, "SITREP_ZOOM_ACCOUNT_ID is missing"),
        ('via = "meet"\nhost = "a@b.c"', {}, {}, "SITREP_MEET_CREDENTIALS is missing"),
        ('via = "meet"', {"SITREP_MEET_CREDENTIALS": "g.json"}, {}, "SITREP_MEET_CREDENTIALS: "),
        ('via = "meet"', {"SITREP_MEET_CREDENTIALS": "g.json"}, {"g.json": "{"}, "names a file that is not JSON"),
        ('via = "meet"', {"SITREP_MEET_CREDENTIALS": "g.json"}, {"g.json": "[]"}, 'whose "type" is neither'),
        (
            'via = "meet"\nhost = "a@b.c"',
            {"SITREP_MEET_CREDENTIALS": "g.json"},
            {"g.json": '{"type": "service_account", "client_email": "x"}'},
            "names a file without private_key",
        ),
        (
            'via = "meet"',
            {"SITREP_MEET_CREDENTIALS": "g.json"},
            {"g.json": '{"type": "service_account", "client_email": "x", "private_key": "y"}'},
            "[war_room] host has to name the user",
        ),
    ],
)
def test_what_is_missing_is_said_before_the_start(
    tmp_path: Path, toml: str, env: dict[str, str], files: dict[str, str], problem: str
) -> None:
    (tmp_path / "sitrep.toml").write_text(f"[war_room]\n{toml}\n")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = examine(env, tmp_path)
    assert any(problem in one for one in found.slack_problems)
    assert Settings.from_env(env, tmp_path, need_slack=False)  # the record can be read without it


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ('via = "link"', 'line 2: [war_room] via is "link", so `link` has to say which'),
        ('via = "zoom"', 'is "zoom", so `host` has to name the user'),
        ('via = "jitsi"', '"jitsi" is not known here'),
        ('via = "link"\nlink = "meet.example.com"', "must be a whole address"),
        ('via = "link"\nlink = "https://x.example/{reff}"', "{reff} cannot be filled in; there are {ref}"),
        ('link = "https://x.example/{ref}"', 'is used by nothing: add `via = "link"`'),
        ('severities = ["SEV7"]', '"SEV7" is not one of the severities'),
        ('access = "ALL"', '"ALL" is not known here'),
    ],
)
def test_a_war_room_that_cannot_be_is_named_with_its_line(tmp_path: Path, toml: str, problem: str) -> None:
    (tmp_path / "sitrep.toml").write_text(f"[war_room]\n{toml}\n")
    with pytest.raises(ConfigError) as caught:
        Settings.from_env({}, tmp_path, need_slack=False)
    assert problem in str(caught.value)


def test_severities_of_ones_own_have_calls_at_the_first_two(tmp_path: Path) -> None:
    levels = "".join(f'[[severity]]\nlevel = "{level}"\nname = "x"\n' for level in ("RED", "AMBER", "GREEN"))
    (tmp_path / "sitrep.toml").write_text(f'default_severity = "GREEN"\n{levels}')
    policy = Settings.from_env({}, tmp_path, need_slack=False).policy
    assert policy.war_room.severities == ("RED", "AMBER")
    assert replace(policy.war_room, severities=()) == type(policy.war_room)()
