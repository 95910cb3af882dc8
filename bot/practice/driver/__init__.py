"""People: what they type and press, and what they see."""
