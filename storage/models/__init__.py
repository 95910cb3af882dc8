"""The record: every table, with the constraint that keeps each promise beside it.

Times are aware and in UTC. Text from people is unbounded here and cut on its way out.
Slack ids (`C…`, `U…`) and `ts` strings are kept as Slack gave them; a `ts` is never a number.
"""

from storage.models.incident import OPEN_STATUSES, Entry, Incident, Role, Status, Update
from storage.models.people import Action, Handoff, HandoffState, Person
from storage.models.talk import Gap, Message, Reaction, ReadingPoint, Revision
from storage.models.work import Known, Press, Reminder, Run, RunState, Step, Surface

__all__ = [
    "OPEN_STATUSES",
    "Action",
    "Entry",
    "Gap",
    "Handoff",
    "HandoffState",
    "Incident",
    "Known",
    "Message",
    "Person",
    "Press",
    "Reaction",
    "ReadingPoint",
    "Reminder",
    "Revision",
    "Role",
    "Run",
    "RunState",
    "Status",
    "Step",
    "Surface",
    "Update",
]
