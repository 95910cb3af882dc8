"""Which function deals with which of Slack's events. What is not listed is acknowledged and left alone."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from workflows.services import Services

EventFunction = Callable[[Mapping[str, Any], Services], Awaitable[None]]

EVENTS: Mapping[str, EventFunction] = MappingProxyType({})
