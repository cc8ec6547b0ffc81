"""What can be set of the DMARC aggregate reports that the gateway sends: `[dmarc_reports]`."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.units import Size

TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
NEEDED = ("organization", "contact", "mail_from", "backend")


def mail_address(value: str) -> str:
    """ASCII: whoever gets such a mail must be able to read it."""
    try:
        found = address(value)
    except BadSyntax as error:
        raise ValueError(
            f'"{value}" is no mail address ({error.reason}): write one such as "dmarc@example.com"'
        ) from None
    if not found.is_ascii or not found.domain or found.domain.startswith("["):
        raise ValueError(f'"{value}": write an address in ASCII, at a domain, such as "dmarc@example.com"')
    return str(found)


def policy_domain(value: str) -> str:
    try:
        return domain(value)
    except BadSyntax as error:
        raise ValueError(f'"{value}" is no domain ({error.reason}): write one such as "example.net"') from None


def time_of_day(value: str) -> str:
    if TIME_OF_DAY.fullmatch(value) is None:
        raise ValueError(f'"{value}" is no time of day: write hours and minutes in UTC, such as "01:30"')
    return value


MailAddress = Annotated[str, AfterValidator(mail_address)]


class DmarcReportSettings(BaseModel):
    """Section `[dmarc_reports]`: aggregate reports to the domains that ask for them (RFC 9990)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        False, description="Report once a day what mail in whose name has come, and what became of it."
    )
    organization: str = Field("", max_length=200, description="Who reports, for people.", examples=["Example Ltd."])
    contact: MailAddress | None = Field(
        None, description="Mail address for questions about the reports.", examples=["postmaster@example.com"]
    )
    mail_from: MailAddress | None = Field(
        None,
        description="Sender of the reports, which bounces go to. Its domain stands for you in them, and they must pass "
        "its DMARC.",
        examples=["dmarc-noreply@example.com"],
    )
    backend: str | None = Field(
        None,
        description="Name of the `[backends.<name>]` through which they go out: one that relays.",
        examples=["smarthost"],
    )
    at: Annotated[str, AfterValidator(time_of_day)] = Field(
        "01:30", description='Time of day in UTC at which the day before is reported, such as "01:30".'
    )
    max_size: Size = Field(
        8 * 1024**2, ge=64 * 1024, description="Largest report mail; rows of fewest messages are left out above it."
    )
    exclude: tuple[Annotated[str, AfterValidator(policy_domain)], ...] = Field(
        (), description="Domains that get no report about their policy, such as your own."
    )

    @model_validator(mode="after")
    def says_who_reports(self) -> "DmarcReportSettings":
        missing = [name for name in NEEDED if not getattr(self, name)]
        if self.enabled and missing:
            raise ValueError(f"reports cannot be sent without {' and '.join(missing)}: write what is missing")
        return self

    @property
    def due(self) -> float:
        """Seconds after midnight UTC."""
        hours, _, minutes = self.at.partition(":")
        return int(hours) * 3600.0 + int(minutes) * 60.0
