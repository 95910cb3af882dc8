"""Help that fits on a screen: every word once, under what people look for."""

from collections import Counter

import pytest

import commands
from commands import help as help_words


def test_every_word_is_under_one_topic() -> None:
    under = Counter(word for words in help_words.TOPICS.values() for word in words)
    assert under == Counter(list(commands.SUBCOMMANDS))


def test_it_is_short_enough_for_the_middle_of_the_night() -> None:
    texts = help_words.help_texts(commands.SUBCOMMANDS)
    assert all(len(text) <= 3000 for text in texts)
    assert all(len(line) <= 140 for text in texts for line in text.splitlines())


@pytest.mark.parametrize("word", commands.SUBCOMMANDS)
def test_each_word_tells_how_it_is_used(word: str) -> None:
    reply = help_words.show(commands.SUBCOMMANDS, word)
    assert reply.post is not None
    assert f"`/incident {commands.SUBCOMMANDS[word].usage}`" in reply.post.text
