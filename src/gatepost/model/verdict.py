"""What is to be done, what is said to the client, and why."""

from enum import Enum

from msgspec import Struct

from gatepost.model.reply import Reply


class Action(Enum):
    """From mildest to harshest. `IGNORE` is only for rules: drop the named findings and go on deciding."""

    __hash__ = object.__hash__  # members are single; Enum's own is Python code

    IGNORE = "ignore"
    ACCEPT = "accept"
    TAG = "tag"
    STRIP = "strip"
    QUARANTINE = "quarantine"
    DISCARD = "discard"
    DEFER = "defer"
    REJECT = "reject"
    DROP = "drop"


TAKING = (Action.ACCEPT, Action.TAG, Action.STRIP, Action.QUARANTINE, Action.DISCARD)
"""The client hears 250, or is let go on."""
OF_MESSAGES = (Action.TAG, Action.STRIP, Action.QUARANTINE, Action.DISCARD)
"""What can be done only once the whole message is there."""


class Verdict(Struct, frozen=True, omit_defaults=True):
    """The one decision of a phase, made only in `gatepost.policy`.

    Args:
        action: never `IGNORE`.
        reply: what the client is told where the action is final for this command.
        rule: name of the policy rule that decided; "default" where none did.
        because: codes of the findings that the rule matched, in order found.
        delay: seconds the gateway waits before it replies (the tar pit).
        shadow: names of the shadow rules that would have decided before `rule` did.
        failed: names of rules whose condition could not be evaluated; each was taken as not matching.
    """

    action: Action
    reply: Reply
    rule: str
    because: tuple[str, ...] = ()
    delay: float = 0.0
    shadow: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
