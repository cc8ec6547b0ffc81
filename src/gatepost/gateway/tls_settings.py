"""What can be set of TLS towards clients: `tls` of a listener."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from gatepost.gateway.settings import Network, Section
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain
from gatepost.syntax.units import Duration


def sender_domain(value: str) -> str:
    """A domain as addresses have it, A-labels in lower case; behind a dot, its subdomains too."""
    try:
        return value[: value.startswith(".")] + domain(value.removeprefix("."))
    except BadSyntax as error:
        raise ValueError(
            f'"{value}" is no domain ({error.reason}): write one such as "bank.example", or ".bank.example" for its '
            "subdomains too"
        ) from None


SenderDomain = Annotated[str, AfterValidator(sender_domain)]


class CertificateSettings(Section):
    """One certificate with its key; both are read again when they change."""

    certificate: Path = Field(description="PEM file: the certificate, then its chain.")
    key: Path = Field(description="PEM file: the private key, readable by the gateway only.")


EXAMPLE_PAIR = 'certificates = [{ certificate = "/etc/gatepost/tls.crt", key = "/etc/gatepost/tls.key" }]'


class TlsSettings(Section):
    """`tls` of a listener."""

    mode: Literal["starttls", "implicit", "off"] = Field(
        "starttls",
        description="By the STARTTLS command, from the first octet (port 465), or off; off without certificates.",
    )
    certificates: tuple[CertificateSettings, ...] = Field(
        (), description="Certificate and key pairs; where there are several, chosen by the server name and key type."
    )
    minimum: Literal["1.2", "1.3"] = Field("1.2", description="Lowest version of TLS.")
    handshake: Duration = Field(30.0, ge=1, le=300, description="Time for a handshake; over it the client is cut off.")
    required: bool = Field(False, description="MAIL without TLS is answered 530, for every client.")
    required_from: tuple[Network, ...] = Field((), description="Client networks for which TLS is required.")
    required_sender_domains: tuple[SenderDomain, ...] = Field(
        (), description='Sender domains for which TLS is required; ".example.com" covers subdomains too.'
    )

    @property
    def is_on(self) -> bool:
        """TLS is spoken at all; without certificates it is not, whatever the mode's default."""
        return self.mode != "off" and bool(self.certificates)

    @property
    def is_demanded(self) -> bool:
        """Of some clients or all, before MAIL."""
        return self.required or bool(self.required_from or self.required_sender_domains)

    @model_validator(mode="after")
    def has_what_it_needs(self) -> "TlsSettings":
        if not self.is_on and "mode" in self.model_fields_set and self.mode != "off":
            raise ValueError(f'mode = "{self.mode}" needs certificates: write {EXAMPLE_PAIR}')
        if not self.is_on and self.is_demanded:
            raise ValueError(f"TLS is required but there is none: write {EXAMPLE_PAIR}, or take the requirement out")
        return self
