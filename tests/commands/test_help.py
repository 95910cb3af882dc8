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


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("updaet", "Did you mean `/incident update`?"),
        ("sevrity", "Did you mean `/incident severity`?"),
        ("mitigation", "Did you mean `/incident mitigated`?"),
        ("abc", "`/incident help` lists what is."),
        ("&lt;!here&gt;", "“&lt;!here&gt;” is not something I know. `/incident help` lists what is."),
        ("word-" * 800, "-word…” is not something I know. `/incident help` lists what is."),
    ],
)
def test_an_unknown_word_gets_the_nearest_if_one_is_near(typed: str, answer: str) -> None:
    reply = help_words.unknown(typed, commands.WORDS)
    assert reply.post is not None
    assert reply.post.text.endswith(answer)
    assert len(reply.post.text) < 200


@pytest.mark.parametrize("word", commands.SUBCOMMANDS)
def test_each_word_tells_how_it_is_used(word: str) -> None:
    reply = help_words.show(commands.SUBCOMMANDS, word)
    assert reply.post is not None
    assert f"`/incident {commands.SUBCOMMANDS[word].usage}`" in reply.post.text
