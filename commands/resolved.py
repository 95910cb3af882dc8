"""`/incident resolved`: it is over."""

from commands.course import step
from commands.request import Subcommand

SUBCOMMAND = Subcommand(
    word="resolved",
    synonyms=("resolve", "fixed", "done"),
    usage="resolved [what happened]",
    help="It is over: reminders stop, and the clock of stability starts.",
    function=step("resolved"),
)
