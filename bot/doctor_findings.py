"""What `sitrep doctor` says of one thing that it looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at. `advice` is what to do when it is not well."""

    what: str
    well: bool
    advice: str = ""
