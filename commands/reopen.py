"""`/incident reopen`: it has come back."""

from commands.course import step
from commands.request import Subcommand

SUBCOMMAND = Subcommand(
    word="reopen",
    synonyms=("reopened",),
    usage="reopen [what happened]",
    help="It has come back after being resolved or closed.",
    function=step("reopen"),
)
