"""What roles are called, the same everywhere. What people type stays short: `ic`, `comms`, `ops`, `scribe`, `sme`."""

from collections.abc import Iterable, Mapping
from typing import Final

from workflows import blocks
from workflows.blocks import Block

ROLE_NAMES: Final[Mapping[str, str]] = {
    "ic": "Incident commander",
    "comms": "Communications",
    "ops": "Operations",
    "scribe": "Scribe",
    "sme": "Subject-matter expert",
}
# Who has it, in a sentence.
TITLES: Final[Mapping[str, str]] = {
    "ic": "incident commander",
    "comms": "communications lead",
    "ops": "operations lead",
    "scribe": "scribe",
    "sme": "subject-matter expert",
}


def take_buttons(roles: Iterable[str], about: str) -> list[Block]:
    """*I'll take communications*, one for each free role; `about` is the incident's id."""
    return [blocks.button(f"I'll take {ROLE_NAMES[role].lower()}", f"role_take_{role}", about) for role in roles]
