"""Did the client speak before it was greeted?

Asked at CONNECT. A client waits for the 220 greeting (RFC 5321 §4.3.1); one that sends octets before it is a bot,
or speaks another protocol (a browser made to talk to port 25: PROTO-22, PROTO-23). How long the greeting is held
back to find out is the listener's setting; with no delay only what has come together with the connection is seen.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import connect
from gatepost.model.stage import ConnectStage

DETECTED = Kind("early_talker.detected", "The client sent octets before the greeting.", score=5.0)


class Config(CheckSettings):
    """Section `[checks.early_talker]`."""


class EarlyTalker(Check[ConnectStage]):
    """Reports what the gateway saw of the socket before it greeted."""

    spec = Spec(name="early_talker", kinds=(DETECTED,))
    examples = (
        Example(
            says="The client says EHLO before the greeting.",
            at=connect(spoke_early=True),
            finds=("early_talker.detected",),
        ),
        Example(says="The client waits.", at=connect(), finds=()),
    )

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, at: ConnectStage) -> Report:
        return Report((DETECTED(),)) if at.spoke_early else NOTHING_FOUND
