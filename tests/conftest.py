"""Fixtures that everything shares."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.compiled import share_compiled
from tests.stage import Stage, open_stage

# A machine that is busy with other things is no reason for a test to fail.
# Sixty examples each keep the whole suite within five minutes.
settings.register_profile("patient", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

IN_MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30  # bytes


def pytest_configure() -> None:
    """Keep what tests write in memory where there is room: no test pulls the plug, and every commit waits for its disk.

    pytest page: PYTEST_DEBUG_TEMPROOT. What a test that failed has written stays there to be looked at.
    """
    if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    share_compiled()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened
