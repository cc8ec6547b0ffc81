"""Policy as data: one rule of the list in which the first match wins."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.verdict import Action

Condition = Callable[[Mapping[str, object]], bool]
"""A compiled expression over the facts of a stage; see `gatepost.ports.expressions`."""


class Rule(Struct, frozen=True, kw_only=True):
    """`action` if any of `codes` was found, or the score reached `score`, or `when` holds.

    Args:
        name: stable, shown in logs, traces and `explain`.
        phase: the rule is asked at this phase only.
        codes: finding codes; a trailing `.*` matches every kind of one check.
        score: points, more than 0; the sum of all findings of the phase and of earlier phases.
        uncounted: codes (or `<check>.*`) whose points are left out of that sum.
        when: condition of an operator's rule (CEL).
        source: the text of `when`, for explanations.
        mentions: finding codes named in `when`; they are the verdict's `because` where they were found.
        ignore: codes (or `<check>.*`) taken out when `action` is IGNORE.
        delay: seconds before the reply; None = the listener's tar pit decides.
        shadow: recorded, not enforced.
    """

    name: str
    phase: Phase
    action: Action
    reply: Reply
    codes: tuple[str, ...] = ()
    score: float | None = None
    uncounted: tuple[str, ...] = ()
    when: Condition | None = None
    source: str = ""
    mentions: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    delay: float | None = None
    shadow: bool = False
