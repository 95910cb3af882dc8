"""Credentials for video calls: Zoom's in three variables, Google's in a file that one variable names."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from bot.config_findings import ConfigError, text_of
from workflows.policy import WarRoomPolicy

ZOOM: Final = ("SITREP_ZOOM_ACCOUNT_ID", "SITREP_ZOOM_CLIENT_ID", "SITREP_ZOOM_CLIENT_SECRET")
GOOGLE: Final = "SITREP_MEET_CREDENTIALS"
VARIABLES: Final = (*ZOOM, GOOGLE)
# Kind of Google's credentials to what has to be in the file.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "service_account": ("client_email", "private_key"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}


@dataclass(frozen=True, kw_only=True)
class CallLogins:
    """What vendors of video calls want to see. `google` is what its file holds; nothing of it is in the `repr`."""

    zoom_account: str = ""
    zoom_client: str = ""
    zoom_secret: SecretStr = field(default_factory=lambda: SecretStr(""))
    google: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not be seen anywhere."""
        google = (self.google.get(name) for name in ("private_key", "client_secret", "refresh_token"))
        given = (self.zoom_secret.get_secret_value(), *google)
        return tuple(value for value in given if value and isinstance(value, str))


def read(given: Mapping[str, str], folder: Path, policy: WarRoomPolicy) -> tuple[CallLogins, list[str]]:
    """The credentials, and what is wrong with those that `policy` needs. Others are not looked at."""
    if policy.via == "zoom":
        logins = CallLogins(
            zoom_account=given.get(ZOOM[0], ""),
            zoom_client=given.get(ZOOM[1], ""),
            zoom_secret=SecretStr(given.get(ZOOM[2], "")),
        )
        return logins, list(missing_of_zoom(given))
    if policy.via == "meet":
        return google(given, folder, policy)
    return CallLogins(), []


def missing_of_zoom(given: Mapping[str, str]) -> Iterator[str]:
    for name in ZOOM:
        if name not in given:
            yield (
                f'{name} is missing: [war_room] via = "zoom" needs it. It is at marketplace.zoom.us, '
                "your Server-to-Server OAuth app, App Credentials"
            )


def google(given: Mapping[str, str], folder: Path, policy: WarRoomPolicy) -> tuple[CallLogins, list[str]]:
    if GOOGLE not in given:
        return CallLogins(), [
            f'{GOOGLE} is missing: [war_room] via = "meet" needs it. Name the JSON file of a service account, or of a '
            "user's consent; docs/war-room.md tells how to get one"
        ]
    try:
        found = json.loads(text_of(folder / Path(given[GOOGLE]).expanduser()))
    except ConfigError as broken:
        return CallLogins(), [f"{GOOGLE}: {problem}" for problem in broken.problems]
    except ValueError:
        return CallLogins(), [f"{GOOGLE} names a file that is not JSON"]
    return CallLogins(google=found if isinstance(found, dict) else {}), list(wrong_with(found, policy))


def wrong_with(found: Any, policy: WarRoomPolicy) -> Iterator[str]:
    """Sentences that never repeat what is in the file."""
    kind = str(found.get("type")) if isinstance(found, dict) else ""
    if kind not in FIELDS:
        yield f'{GOOGLE} names a file whose "type" is neither {" nor ".join(FIELDS)}'
        return
    lacking = [name for name in FIELDS[kind] if not isinstance(found.get(name), str) or not found[name]]
    if lacking:
        yield f"{GOOGLE} names a file without {', '.join(lacking)}; download it again"
    if kind == "service_account" and not policy.host:
        yield "[war_room] host has to name the user (e-mail address) in whose name the service account makes calls"
