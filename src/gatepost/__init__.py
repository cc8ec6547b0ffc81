"""Gatepost: a hardened Internet SMTP gateway, a reverse application proxy without a queue."""
