"""The workspace and the example app that most tests here need."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.practice.driver.person import Person
from bot.practice.workspace import Workspace, open_workspace
from tests.clock import ManualClock
from tests.practice.example import Example, a_client, a_manifest, an_example


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def workspace(clock: ManualClock) -> AsyncIterator[Workspace]:
    async with open_workspace(clock=clock, manifest=a_manifest()) as opened:
        yield opened


@pytest.fixture
async def client(workspace: Workspace) -> AsyncIterator[AsyncWebClient]:
    async with a_client(workspace) as opened:
        yield opened


@pytest.fixture
async def example(workspace: Workspace) -> AsyncIterator[Example]:
    """The app, connected."""
    async with an_example(workspace) as connected:
        yield connected


@pytest.fixture
def anna(workspace: Workspace) -> Person:
    return workspace.add_person("Anna Keller", tz="Europe/Berlin")


@pytest.fixture
def bilal(workspace: Workspace) -> Person:
    return workspace.add_person("Bilal Aziz")
