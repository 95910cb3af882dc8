"""The one source of ids that are not counted by the database."""

import secrets


def new_id(kind: str) -> str:
    """A short random id that says what it names, for example `err-4f9a01c2`."""
    return f"{kind}-{secrets.token_hex(4)}"
