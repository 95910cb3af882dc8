"""Screens of the documents: played in the local workspace, drawn from what Slack received."""
