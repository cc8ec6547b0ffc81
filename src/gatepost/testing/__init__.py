"""Servers and fakes for tests, the demo and the offline commands: never part of a running gateway."""
