"""The record: every table, with the constraint that keeps each promise beside it.

Times are aware and in UTC. Text from people is unbounded here and cut on its way out.
Slack ids (`C…`, `U…`) and `ts` strings are kept as Slack gave them; a `ts` is never a number.
"""

from storage.models.access import Admission, ChannelMember, Deed
from storage.models.clocks import Clock, ClockEvent, ClockQuestion, ClockState, ClockStep
from storage.models.drills import Drill, DrillState, Inject
from storage.models.escalation import Escalation, EscalationState, Summons
from storage.models.home import Onlooker
from storage.models.incident import OPEN_STATUSES, UNCOUNTED_STATUSES, Entry, Incident, Role, Status, Update
from storage.models.people import Action, Handoff, HandoffState, Person
from storage.models.runbooks import CallState, Checklist, ChecklistStep, RemediationCall
from storage.models.saying import Promise, PromiseState, Sent, Visit
from storage.models.talk import Gap, Message, Reaction, ReadingPoint, Revision
from storage.models.triage import Classification, NearMiss
from storage.models.vacancy import Vacancy
from storage.models.war_room import WarRoom
from storage.models.work import Known, Press, Reminder, Run, RunState, Step, Surface

__all__ = [
    "OPEN_STATUSES",
    "UNCOUNTED_STATUSES",
    "Action",
    "Admission",
    "CallState",
    "ChannelMember",
    "Checklist",
    "ChecklistStep",
    "Classification",
    "Clock",
    "ClockEvent",
    "ClockQuestion",
    "ClockState",
    "ClockStep",
    "Deed",
    "Drill",
    "DrillState",
    "Entry",
    "Escalation",
    "EscalationState",
    "Gap",
    "Handoff",
    "HandoffState",
    "Incident",
    "Inject",
    "Known",
    "Message",
    "NearMiss",
    "Onlooker",
    "Person",
    "Press",
    "Promise",
    "PromiseState",
    "Reaction",
    "ReadingPoint",
    "RemediationCall",
    "Reminder",
    "Revision",
    "Role",
    "Run",
    "RunState",
    "Sent",
    "Status",
    "Step",
    "Summons",
    "Surface",
    "Update",
    "Vacancy",
    "Visit",
    "WarRoom",
]
