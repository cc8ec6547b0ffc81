"""What ends an SPF check early (RFC 7208 §2.6.6, §2.6.7)?"""

from gatepost.auth.spf.result import Spf


class BadRecord(ValueError):
    """The record breaks the grammar; `args[0]` says how, printable."""


class SpfError(Exception):
    """Ends the check with `result`; `problem` says why, printable."""

    result: Spf

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class TempError(SpfError):
    """DNS gives no answer now."""

    result = Spf.TEMPERROR


class PermError(SpfError):
    """The domain's records cannot be evaluated by anybody."""

    result = Spf.PERMERROR
