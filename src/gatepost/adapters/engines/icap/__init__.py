"""Servers of the Internet Content Adaptation Protocol (RFC 3507)."""
