"""Trouble on command: slow, refused, lost, too many, gone."""
