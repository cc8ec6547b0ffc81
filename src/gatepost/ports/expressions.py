"""Conditions of operators' rules (CEL), compiled and type-checked at start-up."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gatepost.model.rule import Condition


class BadExpression(ValueError):
    """The text is no condition; the message says where and why, for the configuration's author."""


class ConditionFailed(Exception):
    """A condition could not be evaluated on what is known (such as a division by zero); neither true nor false."""


class Expressions(Protocol):
    """A compiler of conditions."""

    def compile(self, source: str, facts: Mapping[str, type], codes: Sequence[str]) -> Condition:
        """A condition over `facts` (name → `str`, `int`, `float`, `bool` or `list`) and finding codes.

        A code such as `attachments.office_macro` is true where it was found; a code that no check
        declares is an error, as is an expression that does not give a bool.

        Raises:
            BadExpression: with position and what would be right.
        """
