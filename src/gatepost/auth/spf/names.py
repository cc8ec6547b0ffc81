"""Which name is asked for, and can it be (RFC 7208 §4.3, §7.3)?"""

from gatepost.auth.spf.limits import LABEL_LIMIT, NAME_LIMIT


def query_name(text: str) -> str:
    """The name an expanded domain-spec stands for: lower-case, no final dot, labels cut from the left if too long.

    "" if nobody can be asked for it: it is empty, or has an octet beyond ASCII (RFC 8616 §4: such a term never
    matches). Other odd names are for the DNS port, which knows that they do not exist.
    """
    if not text.isascii():
        return ""
    name = text.lower().removesuffix(".")
    return name if len(name) <= NAME_LIMIT else name[name.find(".", len(name) - NAME_LIMIT - 1) + 1 :]


def is_domain(name: str) -> bool:
    """Is it a domain that may have a record: printable ASCII, two labels or more (RFC 7208 §4.3)?"""
    if len(name) > NAME_LIMIT or "." not in name or not (name.isascii() and name.isprintable()):
        return False
    return name[0] != "[" and all(0 < len(label) <= LABEL_LIMIT for label in name.split("."))


def is_under(name: str, domain: str) -> bool:
    """Is it the domain or a name within it?"""
    return name == domain or name.endswith("." + domain)
