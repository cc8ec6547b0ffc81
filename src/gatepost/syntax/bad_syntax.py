"""What is wrong with a text that is no address, domain or host name?"""


class BadSyntax(ValueError):
    """The text breaks its grammar.

    `reason` is one short phrase of ours, printable ASCII, never an octet of the text: safe in a reply or a log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
