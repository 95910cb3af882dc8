"""Addresses inside Slack, made without asking Slack: they open for whoever may see what is there. Pure."""


def message_link(team_url: str, channel_id: str, ts: str, *, thread_ts: str = "") -> str:
    """The address of a message, or nothing when the workspace's own address is not known.

    Slack page: chat.getPermalink, whose answers have this form.
    """
    if not team_url:
        return ""
    address = f"{team_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
    return f"{address}?thread_ts={thread_ts}&cid={channel_id}" if thread_ts and thread_ts != ts else address


def labelled(url: str, label: str) -> str:
    """A link as Slack encodes it; the label alone where there is no address. `label` is Slack-encoded."""
    return f"<{url}|{label}>" if url else label
