"""Under which names can anybody register, and which name was registered (publicsuffix.org)?

The list comes with the publicsuffixlist package and is read on first use (about 40 ms, once in a process). Its private
section counts too: `a.github.io` and `b.github.io` have different owners. A top-level domain that is not in the list
is taken for a public suffix.
"""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@cache
def public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registered_domain(domain: str) -> str:
    """The public suffix and one label more; "" for a public suffix itself, an address literal or no domain.

    Args:
        domain: lower-case A-labels without a final dot.
    """
    if domain.startswith("["):
        return ""
    return public_suffixes().privatesuffix(domain) or ""


def organizational_domain(domain: str) -> str:
    """The registered domain, or the domain itself where nothing is registered (RFC 7489 §3.2)."""
    return registered_domain(domain) or domain


def is_public_suffix(domain: str) -> bool:
    """Anybody may register names under it. An address literal is none."""
    return not registered_domain(domain) and not domain.startswith("[")
