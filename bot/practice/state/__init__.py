"""What the workspace remembers, and the deeds that change it. Knows nothing of HTTP, sockets or scopes."""
