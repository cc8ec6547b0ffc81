"""Sockets, time and sessions: where the outside world meets the pure parts."""
