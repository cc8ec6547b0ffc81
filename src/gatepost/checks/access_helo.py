"""Is the name that the client gives in HELO or EHLO on one of the operator's lists?

Asked at HELO. An entry is a host name or, with a leading dot, a domain and all below it: `spam.example.net`,
`.example.net`, `[192.0.2.1]`. A client may say any name he likes (RFC 5321 §4.1.4), so denying works against the
careless only, and allowing is best left to `access_client`.
"""

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import AccessSettings
from gatepost.model.finding import Kind
from gatepost.model.samples import helo
from gatepost.model.stage import HeloStage
from gatepost.ports.lists import Entries, Lists

ALLOWED = Kind("access_helo.allowed", "The client's HELO name is on the operator's list of allowed names.")
DENIED = Kind("access_helo.denied", "The client's HELO name is on the operator's list of denied names.")


class Config(AccessSettings):
    """Section `[checks.access_helo]`; entries are host names."""


class AccessHelo(Check[HeloStage]):
    """Looks the HELO name up in both lists."""

    spec = Spec(name="access_helo", kinds=(ALLOWED, DENIED))
    examples = (
        Example(
            says="The name is below a denied domain.",
            at=helo("pc7.dynamic.example.net"),
            config={"deny": (".dynamic.example.net",)},
            finds=("access_helo.denied",),
        ),
        Example(
            says="The name is allowed in whatever case it is written.",
            at=helo("MX.Example.NET"),
            config={"allow": ("mx.example.net",), "deny": (".example.net",)},
            finds=("access_helo.allowed",),
        ),
        Example(
            says="The name only ends like a denied one.",
            at=helo("notexample.net"),
            config={"deny": (".example.net",)},
            finds=(),
        ),
    )

    def __init__(self, config: Config, lists: Lists) -> None:
        self.config = config
        self.allow = lists.open(config.allow, config.allow_file, Entries.NAMES)
        self.deny = lists.open(config.deny, config.deny_file, Entries.NAMES)

    def is_idle(self) -> bool:
        return self.config.is_empty

    def __call__(self, at: HeloStage) -> Report:
        if entry := self.allow.has_name(at.helo):
            return Report((ALLOWED(entry),))
        if entry := self.deny.has_name(at.helo):
            return Report((DENIED(entry),))
        return NOTHING_FOUND
