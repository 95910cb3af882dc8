"""The doors: HTTP and WebSocket on loopback."""
