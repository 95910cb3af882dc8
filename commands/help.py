"""`/incident help`: every word there is, and what an unknown one may have meant."""

from collections.abc import Mapping

from rapidfuzz import process

from commands.request import Reply, Subcommand, told


def help_text(subcommands: Mapping[str, Subcommand]) -> str:
    lines = [f"• `/incident {one.usage}` – {one.help}" for one in subcommands.values()]
    return "*What you can type*\n" + "\n".join(lines) + "\nIn an incident's channel you need not name it."


def show(subcommands: Mapping[str, Subcommand], asked: str = "") -> Reply:
    """All words, or the one asked for."""
    if asked in subcommands:
        return told(one_usage(subcommands[asked]))
    return told(help_text(subcommands))


def one_usage(subcommand: Subcommand) -> str:
    also = f" Also: {', '.join(subcommand.synonyms)}." if subcommand.synonyms else ""
    return f"`/incident {subcommand.usage}` – {subcommand.help}{also}"


def unknown(word: str, names: Mapping[str, str]) -> Reply:
    """`names` maps every word and synonym to its word."""
    nearest = process.extractOne(word, list(names), score_cutoff=60)
    if nearest is None:
        return told(f"“{word}” is not something I know. `/incident help` lists what is.")
    return told(f"“{word}” is not something I know. Did you mean `/incident {names[nearest[0]]}`?")
