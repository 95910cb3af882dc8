"""A part of everything there is to try, for those who have less than hours: `make exhaustive SAMPLE=3 SEED=7`.

`SAMPLE` says how many cases of each story are tried, all if it is not given; the same `SEED` draws the same ones.
"""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def sampled(cases: Sequence[T], story: str) -> list[T]:
    """The cases of a story that are to be tried, in their order."""
    most = int(os.environ.get("SAMPLE") or 0)
    if not most or most >= len(cases):
        return list(cases)
    dice = random.Random(f"{os.environ.get('SEED', '')} {story}")
    return [cases[number] for number in sorted(dice.sample(range(len(cases)), most))]
