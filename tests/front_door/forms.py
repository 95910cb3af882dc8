"""How each form is opened, filled in with one thing wrong, and put right; in the order of one night."""

from collections.abc import Mapping
from typing import Final

from tests.front_door.filling import Form, another, closing, drill, none_left, pressing, triage, typing

FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "declare": (
        Form(
            opens=typing("declare"),
            typed={
                "What is failing?": "R&D <b> is failing",
                "Severity": "SEV1",
                "Summary": "since <the> deploy & before",
                "Customer impact": "1 & 2 fail",
                "Affected service": "Checkout",
                "Incident commander": "anna",
                "What kind?": ["Maybe an incident (triage)"],
                "When did it begin?": "3:50",
                "When did it end?": "3:40",
            },
            wrong="When did it end?",
            refused="It ends after it began: say both times, the earlier one first.",
            right={"When did it end?": "", "What kind?": []},
            then="INC-1 · R&D <b> is failing",
        ),
    ),
    "update": (
        Form(
            opens=pressing("Post update"),
            typed={
                "What changed?": "Rolled R&D <back>",
                "Customer impact now": "less & less",
                "Next step": "watch <it>",
                "Next update in": "30 minutes",
                "Promised outside": "a fix & a report",
                "… until when?": "yesterday",
                "… to whom?": "R&D",
            },
            wrong="… until when?",
            refused="“yesterday” is not a time to come (yours are in Europe/Berlin).",
            right={"… until when?": "5:20"},
            then="Promised outside: a fix & a report by 04:20 UTC to R&D",
        ),
    ),
    "severity": (
        Form(
            opens=pressing("Severity"),
            typed={"Severity": "SEV2", "Why?": ""},
            wrong="Why?",
            refused="A few words, please: at SEV2 fewer people will look.",
            right={"Why?": "only R&D <b>"},
            then="only R&D <b>",
            look="timeline",
        ),
    ),
    "classify": (
        Form(
            opens=none_left,
            typed={"Why?": ""},
            wrong="Why?",
            refused="A few words, please: at SEV3 fewer people will look.",
            right={"Why?": "no & no"},
            then="no & no",
            look="timeline",
        ),
    ),
    "times": (
        Form(
            opens=pressing("Put right", after="times"),
            typed={"Impact began": "3:20", "Detected": "3:10", "Acknowledged": "4:00"},
            wrong="Detected",
            refused="“Detected” (2026-11-21 02:10 UTC) cannot be before “Impact began” (2026-11-21 02:20 UTC).",
            right={"Detected": "3:30"},
            then="Detected: 2026-11-21 at 02:30 UTC",
            look="times",
        ),
    ),
    "escalate": (
        Form(
            opens=typing("escalate"),
            typed={"Person": "", "Or a group or service": "", "What do you need?": "somebody who knows R&D"},
            wrong="Person",
            refused="Choose a person, or somebody from the list.",
            right={"Person": "chen"},
            then="somebody who knows R&D",
        ),
    ),
    "handoff": (
        Form(
            opens=pressing("Hand over"),
            typed={"Who takes over?": "anna", "A note for them": "R&D <b> knows"},
            wrong="Who takes over?",
            refused="You are incident commander already. Name the person who takes over.",
            right={"Who takes over?": "bilal"},
            then="R&D <b> knows",
        ),
    ),
    "comms": (
        Form(
            opens=pressing("First notice", after="comms"),
            typed={
                "First notice": "R&D <b> is [what it is]",
                "Where": "Another channel",
                "Another channel": "general",
                "For whom": "R&D & all",
                "This keeps a promise": "1. a fix & a report",
                "If something is still in [brackets]": "Stop and show me",
            },
            wrong="First notice",
            refused="Still to fill in: [what it is]. Write it, take it out, or choose “Send it as it is” below.",
            right={"First notice": "R&D <b> is slow", "Where": "This incident's channel"},
            then="R&D <b> is slow",
        ),
    ),
    "clocks_start": (
        Form(
            opens=pressing("Answer", after="clocks"),
            typed={
                "Europe": ["DORA"],
                "When did you become aware?": "25:99",
                "None applies, because …": "",
            },
            wrong="When did you become aware?",
            refused="“25:99” is not a time that has passed. Times are in Europe/Berlin.",
            right={"When did you become aware?": "3:30"},
            then="started counting for DORA",
        ),
    ),
    "clocks_event": (
        Form(
            opens=pressing("Correct aware", after="clocks"),
            typed={"When?": "soon", "Why is it corrected?": "R&D saw <it>"},
            wrong="When?",
            refused="As now, 13:40, yesterday 22:10, 2026-11-20 22:10, 20 min ago, please, in Europe/Berlin.",
            right={"When?": "3:20"},
            then="R&D saw <it>",
            look="timeline",
        ),
    ),
    "clocks_record": (
        Form(
            opens=pressing("Record initial", after="clocks"),
            typed={
                "What became of it?": "It is not required",
                "When was it sent?": "now",
                "Its reference": "R&D <7>",
                "Or: why is it not required?": "",
            },
            wrong="Or: why is it not required?",
            refused="Why is it not required? It is kept with the incident.",
            right={"Or: why is it not required?": "not major & not <ours>"},
            then="not major & not <ours>",
            look="clocks",
        ),
    ),
    "make_action": (
        Form(
            opens=pressing("New action", after="action"),
            typed={
                "What shall be done?": "ask R&D <b>",
                "Who?": "bilal",
                "Is it needed now?": "After it, as a follow-up",
                "Until when?": "some day",
            },
            wrong="Until when?",
            refused="“some day” is no day that I know. For example 15:30,",
            right={"Until when?": "2026-12-01"},
            then="ask R&D <b>",
            look="action",
        ),
    ),
    "near_miss": (
        Form(
            opens=typing("near-miss"),
            typed={"What almost happened?": "…", "What prevented it?": "R&D <looked>", "Service": "Checkout"},
            wrong="What almost happened?",
            refused="A few words about what almost happened, please.",
            right={"What almost happened?": "The disk of R&D was full"},
            then="NM-1 is on record: The disk of R&D was full – R&D <looked>",
        ),
    ),
    "near_miss_review": (
        Form(
            opens=typing("near-miss review NM-1"),
            typed={"What came of it?": "…"},
            wrong="What came of it?",
            refused="A few words about what came of it, please. “Nothing to change” is an answer.",
            right={"What came of it?": "An alert for R&D <b>"},
            then="An alert for R&D <b>",
            look="near-miss list",
        ),
    ),
    "promise": (
        Form(
            opens=pressing("New time", after="promise call R&D back in 20 min", minutes=5),
            typed={"Until when now?": "<never> & ever"},
            wrong="Until when now?",
            refused="“<never> & ever” is not a time to come (yours are in Europe/Berlin).",
            right={"Until when now?": "in 10 min"},
            then="moved",
            look="timeline",
        ),
        Form(opens=pressing("Missed", minutes=20), typed={"Why, in a few words?": "R&D <b>"}, then="R&D <b>"),
    ),
    "nag_snooze": (
        Form(
            opens=pressing("Snooze", after="severity sev0", minutes=35),
            typed={"Why can the update wait?": "…", "Remind us again in": "10 min"},
            wrong="Why can the update wait?",
            refused="A few words, please: everybody in the channel will read why it is quiet.",
            right={"Why can the update wait?": "R&D <b> rolls back"},
            then="R&D <b> rolls back",
        ),
    ),
    "escalate_no": (
        Form(
            opens=pressing("Not needed"),
            typed={"Why is nobody else needed?": "…"},
            wrong="Why is nobody else needed?",
            refused="A few words, for those who read this later.",
            right={"Why is nobody else needed?": "R&D <b> fixes it"},
            then="Not escalated: R&D <b> fixes it",
        ),
    ),
    "course": (
        Form(
            opens=pressing("Mitigated"),
            typed={"What stopped the impact?": "R&D <b> & more"},
            then="R&D <b> & more",
        ),
    ),
    "close": (
        Form(
            opens=closing,
            typed={"Why can it be closed now?": "…"},
            wrong="Why can it be closed now?",
            refused="A few words about why it can be closed now, please.",
            right={"Why can it be closed now?": "R&D <b> says so"},
            then="R&D <b> says so",
        ),
    ),
    "triage_decline": (
        Form(
            opens=triage,
            typed={"Why is it no incident?": "…"},
            wrong="Why is it no incident?",
            refused="A few words about why it is none, please. They stay on record.",
            right={"Why is it no incident?": "R&D <b> tested"},
            then="R&D <b> tested",
        ),
    ),
    "cancel": (
        Form(
            opens=another,
            typed={"Why is it no incident?": "…"},
            wrong="Why is it no incident?",
            refused="A few words about why it is none, please. They stay on record.",
            right={"Why is it no incident?": "R&D <b> tested again"},
            then="R&D <b> tested again",
        ),
    ),
    "security": (
        Form(
            opens=typing("security"),
            typed={"What makes it one?": "…"},
            wrong="What makes it one?",
            refused="A few words about what was seen or taken, please. They stay on record.",
            right={"What makes it one?": "R&D <b> mails were read"},
            then="R&D <b> mails were read",
        ),
    ),
    "drill": (
        Form(
            opens=typing("drill"),
            typed={"What do you practise?": "A release", "Incident commander": "anna", "How?": ["Private"]},
            then="INC-4",
        ),
    ),
    "drill_abort": (
        Form(
            opens=drill,
            typed={"Why does everybody stop?": "…"},
            wrong="Why does everybody stop?",
            refused="A few words about why everybody stops, please. They stay on record.",
            right={"Why does everybody stop?": "R&D <b> is down"},
            then="R&D <b> is down",
        ),
    ),
}
# One of their shapes has nothing that it could refuse.
TAKE_EVERYTHING: Final = ("promise", "course", "drill")
