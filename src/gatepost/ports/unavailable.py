"""The outside could not answer."""


class Unavailable(Exception):
    """No answer: down, too slow, or nonsense. The caller's declared failure mode applies; never a loss.

    Args:
        reason: what did not answer, for the trace.
        value: what a check leaves to later ones all the same, such as the result "temperror"; None for nothing.
    """

    def __init__(self, reason: str = "", value: object | None = None) -> None:
        super().__init__(reason)
        self.value = value
