"""Which filter finds an address, and what does an entry say of its recipient (RFC 4515, RFC 4511 §4.5)?

Pure: strings and octets in, values out. Whatever a client offers as an address is escaped before it comes
near a filter, so `*)(uid=*` is looked for as it stands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gatepost.ports.directory import Found

Entry = Mapping[str, Sequence[bytes]]
"""Attributes of one entry by lower-case name."""

PLACEHOLDER = re.compile(r"\{(address|local|domain)\}")
ESCAPES = str.maketrans({"\\": "\\5c", "*": "\\2a", "(": "\\28", ")": "\\29", "\0": "\\00"})  # RFC 4515 §3
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
PROXY_ADDRESSES = "proxyaddresses"
MEMBER_OF = "memberof"
GROUP_LIMIT = 200  # of one recipient
GROUP_LENGTH = 256  # characters
ADDRESS_LENGTH = 320  # characters


class BadTemplate(ValueError):
    """The schema's text is none; says what is wrong: what would be right."""


class Schema(Struct, frozen=True):
    """Args:
    filter: RFC 4515 text with placeholders.
    attributes: with addresses, lower case, the primary first.
    first_only: an entry's addresses are those of its first attribute that has any.
    """

    filter: str
    attributes: tuple[str, ...]
    first_only: bool = False

    def filter_for(self, local: str, domain: str) -> str:
        values = {"address": f"{local}@{domain}", "local": local, "domain": domain}
        return PLACEHOLDER.sub(lambda match: values[match[1]].translate(ESCAPES), self.filter)

    def filter_for_all(self) -> str:
        """Everybody: what the placeholders stand for may be anything."""
        return re.sub(r"\*[*@]*\*", "*", PLACEHOLDER.sub("*", self.filter))


# Exchange delivers to what is in proxyAddresses; where there is no Exchange, `mail` is all there is. No class is
# asked for, since users, groups, dynamic groups, contacts and public folders all carry the attribute; nor is the
# account's state: shared, room and linked mailboxes are disabled accounts.
ACTIVE_DIRECTORY = Schema(
    "(|(proxyAddresses=smtp:{address})(&(mail={address})(!(proxyAddresses=*))))", (PROXY_ADDRESSES, "mail"), True
)
POSIX = Schema(
    "(|(mail={address})(mailLocalAddress={address})(mailAlternateAddress={address})"
    "(&(objectClass=posixAccount)(uid={local})(!(mail=*))))",
    ("mail", "maillocaladdress", "mailalternateaddress"),
)
SHIPPED = {"active-directory": ACTIVE_DIRECTORY, "posix": POSIX}


def schema(text: str, attributes: Sequence[str]) -> Schema:
    """The shipped schema of that name, or one with a filter of the operator's own."""
    for name in attributes:
        if not ATTRIBUTE.fullmatch(name):
            raise BadTemplate(f'"{name}" is no attribute: write its name, such as "mail"')
    own = tuple(map(str.lower, attributes))
    if text in SHIPPED:
        known = SHIPPED[text]
        return Schema(known.filter, own, known.first_only) if own else known
    require_filter(text)
    return Schema(text, own or ("mail",))


def require_filter(text: str) -> None:
    """What can be said without the server: brackets match, and the address comes into it."""
    if not (text.startswith("(") and text.endswith(")")):
        raise BadTemplate(f'"{text}" is no schema: write "active-directory", "posix" or a filter in parentheses')
    depth = 0
    for i, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0 or (depth == 0 and i < len(text) - 1):
            break
    if depth or i < len(text) - 1:
        raise BadTemplate("the parentheses of the filter do not match: write one such as (mail={address})")
    unknown = re.search(r"\{[^}]*\}?", PLACEHOLDER.sub("", text))
    if unknown:
        raise BadTemplate(f"{unknown[0]} in the filter is unknown: write {{address}}, {{local}} or {{domain}}")
    if "{address}" not in text and "{local}" not in text:
        raise BadTemplate("the filter is the same for everybody: write {address}, or {local} and {domain}, into it")


def addresses(entry: Entry, schema: Schema) -> Iterator[str]:
    """All addresses of an entry, the primary first."""
    for name in schema.attributes:
        values = [value.decode(errors="replace") for value in entry.get(name, ())]
        if name == PROXY_ADDRESSES:  # `SMTP:` marks the primary one; X400:, SIP:, X500: are no mail addresses
            values.sort(key=lambda value: not value.startswith("SMTP:"))
            yield from (value[5:] for value in values if value[:5].lower() == "smtp:")
        else:
            yield from values
        if values and schema.first_only:
            return


def found(entry: Entry, schema: Schema, asked: str, groups: str) -> Found:
    """`asked` is the primary address where the entry has none; `groups` is "names", "dns" or "off"."""
    primary = next(addresses(entry, schema), asked)[:ADDRESS_LENGTH]
    members = entry.get(MEMBER_OF, ())[:GROUP_LIMIT] if groups != "off" else ()
    names = [value.decode(errors="replace") for value in members]
    if groups == "names":
        names = [first_component(name) for name in names]
    return Found(primary, tuple(name[:GROUP_LENGTH] for name in names), listed=True)


def first_component(name: str) -> str:
    """`Sales, West` of `CN=Sales\\, West,OU=Groups,DC=example,DC=com` (RFC 4514 §2.4); "" if it is no name."""
    value = re.match(r"[^=]*=((?:[^\\,+]|\\.)*)", name, re.DOTALL)
    return re.sub(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", unescaped, value[1], flags=re.DOTALL) if value else ""


def unescaped(match: re.Match[str]) -> str:
    return bytes.fromhex(match[1].replace("\\", "")).decode(errors="replace") if match[1] else match[2]
