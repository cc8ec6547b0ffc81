"""Which relays vouch for what they saw of this message, and how do we (RFC 8617)?"""
