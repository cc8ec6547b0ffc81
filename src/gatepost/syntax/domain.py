"""Is this a domain, and what is its one spelling (RFC 5321 §4.1.2, RFC 5890, RFC 6531 §3.3, UTS #46)?

A domain that ends in a dot is refused, in every place alike: the grammar has none, and two spellings
of one domain are one too many. An underscore is let pass, since hosts that send mail have such names.
"""

import re

import idna

from gatepost.model.address import Domain
from gatepost.syntax.address_literal import address_literal
from gatepost.syntax.bad_syntax import BadSyntax

DOMAIN_LIMIT = 255  # octets (RFC 5321 §4.5.3.1.2)
LABEL_LIMIT = 63  # octets of an A-label; characters of a U-label, which can only become longer
LETTERS_DIGITS_HYPHEN = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
DOTS = re.compile("[.\u3002\uff0e\uff61]")  # what UTS #46 takes for a dot


def domain(text: str) -> Domain:
    """The domain as lower-case A-labels, or an address literal; `BadSyntax` if it is neither."""
    if not text:
        raise BadSyntax("no domain")
    if len(text) > DOMAIN_LIMIT:
        raise BadSyntax("domain longer than 255 octets")
    if text[0] == "[":
        return Domain(address_literal(text))
    name = text.lower() if text.isascii() else a_labels(text)
    require_host_name(name)
    return Domain(name)


def require_host_name(text: str) -> None:
    """Raise `BadSyntax` unless `text` is labels of ASCII letters, digits, hyphens and underscores."""
    if text.strip(LETTERS_DIGITS_HYPHEN + "."):
        raise BadSyntax("bad character in domain")
    for label in text.split("."):
        if not label:
            raise BadSyntax("misplaced dot in domain")
        if label[0] == "-" or label[-1] == "-":
            raise BadSyntax("misplaced hyphen in domain")
        if len(label) > LABEL_LIMIT:
            raise BadSyntax("label longer than 63 octets in domain")


def a_labels(text: str) -> str:
    """`text`, at most `DOMAIN_LIMIT` characters, with every U-label made an A-label."""
    if len(text.encode(errors="replace")) > DOMAIN_LIMIT:
        raise BadSyntax("domain longer than 255 octets")
    if any(len(label) > LABEL_LIMIT for label in DOTS.split(text)):  # before idna: its work grows with their square
        raise BadSyntax("label longer than 63 octets in domain")
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError as error:  # IDNAError is one
        raise BadSyntax("bad internationalized domain") from error
