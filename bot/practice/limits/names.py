"""Rules for channel names and descriptions.

Source: docs.slack.dev `conversations.create`, `conversations.setTopic`.
"""

import re

TOPIC_LONGEST = 250
NAME_LONGEST = 80


def name_problem(name: str) -> str | None:
    """Slack's error for a name that `conversations.create` refuses, or None."""
    if not name:
        return "invalid_name_required"
    if len(name) > NAME_LONGEST:
        return "invalid_name_maxlength"
    if not re.search(r"[^\W_]", name):
        return "invalid_name_punctuation"
    if re.search(r"[^a-z0-9_\-]", name):
        return "invalid_name_specials"
    return None
