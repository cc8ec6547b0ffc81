"""What can be set of the header of messages that pass: `[listeners.<name>.headers]`."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from gatepost.gateway.settings import Hostname, Section
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain


def labels(value: str) -> str:
    """One or more labels (RFC 6376 §3.1)."""
    try:
        return domain(value)
    except BadSyntax as error:
        raise ValueError(f'"{value}" is no selector ({error.reason}): write one such as "2026a"') from None


def one_line(value: str) -> str:
    if value and not (value.isascii() and value.isprintable() and value.strip()):
        raise ValueError('takes printable ASCII on one line, such as "[EXTERNAL]"')
    return value.strip()


Selector = Annotated[str, AfterValidator(labels)]
Tag = Annotated[str, AfterValidator(one_line)]


class SealSettings(Section):
    """With what ARC seals are made (RFC 8617)."""

    domain: Hostname = Field(description="Domain that seals; its DNS holds the public key.", examples=["example.com"])
    selector: Selector = Field(
        description="Selector: the public key is the TXT record at `<selector>._domainkey.<domain>`.",
        examples=["2026a"],
    )
    key: Path = Field(description="PEM file with the private key, RSA or Ed25519, readable by the gateway only.")


class HeaderSettings(Section):
    """Section `[listeners.<name>.headers]`."""

    authentication_results: bool = Field(
        True, description="Write what sender authentication found into Authentication-Results (RFC 8601)."
    )
    received_spf: bool = Field(False, description="Write the SPF result into Received-SPF too (RFC 7208 §9.1).")
    external: bool = Field(
        False, description="Mark mail from strangers with the field `<header_prefix>-External: yes`."
    )
    subject_tag: Tag = Field(
        "",
        max_length=40,
        description='Put in front of the subject of mail from strangers, such as "[EXTERNAL]"; breaks DKIM signatures '
        "over the subject for whoever verifies behind the gateway.",
    )
    arc_seal: SealSettings | None = Field(
        None, description="Seal what was found (ARC), so that a mail server behind that verifies can believe it."
    )
