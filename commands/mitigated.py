"""`/incident mitigated`: customers are no longer hurt."""

from commands.course import step
from commands.request import Subcommand

SUBCOMMAND = Subcommand(
    word="mitigated",
    synonyms=("mitigate",),
    usage="mitigated [what happened]",
    help="Customers are no longer hurt, even if the cause remains.",
    function=step("mitigated"),
)
