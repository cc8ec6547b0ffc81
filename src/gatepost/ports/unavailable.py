"""The outside could not answer."""


class Unavailable(Exception):
    """No answer: down, too slow, or nonsense. The caller's declared failure mode applies; never a loss."""
