"""`make bench`: Sitrep against a bare Bolt app, on the same workspace, in the same run."""
