"""What Slack refuses for its shape or size: names, text, blocks, views."""
