"""Slack's Web API, one file per noun. What is not listed here answers `unknown_method`."""

from collections.abc import Mapping

from bot.practice.methods import (
    auth,
    bookmarks,
    canvases,
    chat,
    conversations,
    files,
    history,
    members,
    pins,
    reactions,
    usergroups,
    users,
    views,
)
from bot.practice.methods.call import Method

NOUNS = (
    auth,
    bookmarks,
    canvases,
    chat,
    conversations,
    files,
    history,
    members,
    pins,
    reactions,
    usergroups,
    users,
    views,
)
METHODS: Mapping[str, Method] = {name: method for noun in NOUNS for name, method in noun.METHODS.items()}
