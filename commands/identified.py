"""`/incident identified`: the cause is known."""

from commands.course import step
from commands.request import Subcommand

SUBCOMMAND = Subcommand(
    word="identified",
    synonyms=("found",),
    usage="identified [what happened]",
    help="The cause is known: what it is goes on the timeline.",
    function=step("identified"),
)
