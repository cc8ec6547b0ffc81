"""How much may one SPF check cost (RFC 7208 §4.6.4, §11.1)?"""

from msgspec import Struct

NAME_LIMIT = 253  # octets of a domain name in a query (RFC 7208 §7.3)
LABEL_LIMIT = 63  # octets (RFC 1035 §2.3.4)
SPEC_LIMIT = 512  # octets of a domain-spec, ours: it stands for a name
EXPLANATION_LIMIT = 1024  # octets of an explanation before macros, ours: more than is ever shown
TEXT_LIMIT = 100  # characters of a directive kept to be shown


class SpfLimits(Struct, frozen=True, kw_only=True):
    """Limits of one check; what is beyond them is a PERMERROR, but for `ptr` and `explanation`.

    Args:
        terms: directives and modifiers that ask DNS: include, a, mx, ptr, exists, redirect, and the first `%{p}`.
            Includes nest no deeper than this; more than 50 is asking for trouble.
        voids: answers without records; see `Lookups` for which count.
        names: MX records of a domain (more are an error), PTR records of a client (more are ignored).
        octets: of all records read for one check. RFC 7208 §3.4 advises 450 for one, so that eleven come to 5 KiB;
            the CPU time a hostile domain can cost grows with this.
        questions: DNS questions in all. The RFC's own limits allow for over a hundred; nobody needs half of this.
        explanation: characters kept of an explanation.
    """

    terms: int = 10
    voids: int = 2
    names: int = 10
    octets: int = 16384
    questions: int = 64
    explanation: int = 200


RFC_LIMITS = SpfLimits()
