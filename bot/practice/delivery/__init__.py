"""How the app hears of things: envelopes, Socket Mode, signed HTTP, redelivery."""
