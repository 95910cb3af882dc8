"""The schema's history, applied when the program starts."""
