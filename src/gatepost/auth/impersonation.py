"""Does a message's display name claim somebody whose address it does not have?

A mail program shows the name, many show nothing else. Names are compared by their words in any order, without case,
accents and look-alikes, so that "SMITH, Ánna (CEO)" is Anna Smith. All of it is evidence: people share names.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from gatepost.auth.confusables import skeleton
from gatepost.auth.suffixes import organizational_domain
from gatepost.model.address import Address
from gatepost.syntax.address import address
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.mailbox_list import Mailbox

NAME_LIMIT = 200  # characters of a display name that are looked at
WORDS_LIMIT = 20
WORD = re.compile(r"[^\W_]++(?>(?:['\u2019`][^\W_]++)*)")
APOSTROPHES = str.maketrans("", "", "'\u2019`")
SPELLINGS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("l", "i"))  # Jörg and Joerg; a capital I and an l
SHORTEST_ALONE = 5  # characters of a name of one word that is found among others
# Tried at each @ only, and bounded on both sides of it.
BEFORE_AT = re.compile(r"[\w.!#$%&*+/=?^{|}~-]{1,64}\Z")
AFTER_AT = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


class Person(Struct, frozen=True):
    """Somebody to be protected.

    Args:
        name: as people write it.
        addresses: under which the name is no claim.
    """

    name: str
    addresses: tuple[Address, ...] = ()


class ProtectedPeople:
    """People to be protected, made ready for comparison; built once, never changed.

    A name is claimed by all its words, whatever others stand among them: "Contoso" by "Contoso Support". A short name
    of one word is claimed by that word alone.
    """

    def __init__(self, people: Iterable[Person]) -> None:
        self.by_word: dict[str, list[tuple[frozenset[str], Person]]] = {}
        for person in people:
            words = frozenset(words_of(person.name))
            if words:
                self.by_word.setdefault(max(words, key=lambda word: (len(word), word)), []).append((words, person))


def claimed(name: str, people: ProtectedPeople) -> Person | None:
    """The person whose name a display name holds."""
    said = frozenset(words_of(name)) if name and people.by_word else frozenset()
    for word in said:
        for words, person in people.by_word.get(word, ()):
            if words == said or (words <= said and (len(words) > 1 or len(word) >= SHORTEST_ALONE)):
                return person
    return None


def impersonated(mailbox: Mailbox, people: ProtectedPeople) -> Person | None:
    """The person whose name is shown beside an address that is not theirs."""
    person = claimed(mailbox.name, people)
    return person if person is not None and not is_address_of(mailbox.address, person) else None


def is_address_of(address: Address, person: Person) -> bool:
    """Local parts compare in any case, as all mail systems of people do."""
    return any([a.domain == address.domain and a.local.lower() == address.local.lower() for a in person.addresses])


def words_of(name: str) -> list[str]:
    words = [skeleton(word.translate(APOSTROPHES)) for word in WORD.findall(name[:NAME_LIMIT])[:WORDS_LIMIT]]
    for pair, letter in SPELLINGS:
        words = [word.replace(pair, letter) for word in words]
    return words


def foreign_address(mailbox: Mailbox) -> Address | None:
    """An address within the display name that is of another organization than the mailbox's own (AUTHN-31)."""
    own = organizational_domain(mailbox.address.domain)
    for shown in addresses_in(mailbox.name):
        if organizational_domain(shown.domain) != own:
            return shown
    return None


def addresses_in(name: str) -> list[Address]:
    """What a reader would take for addresses."""
    found: list[Address] = []
    name = name[:NAME_LIMIT].replace("\uff20", "@").replace("\ufe6b", "@")
    for number, before in enumerate(pieces := name.split("@")[:WORDS_LIMIT]):
        local = BEFORE_AT.search(before.rstrip()[-64:])
        domain = AFTER_AT.match(pieces[number + 1].lstrip()) if number + 1 < len(pieces) else None
        if local is None or domain is None:
            continue
        try:
            found.append(address(f"{local[0].strip('.')}@{domain[0]}"))
        except BadSyntax:
            continue
    return found


def diverted_reply(author: Mailbox, reply_to: Sequence[Mailbox], people: ProtectedPeople) -> Person | None:
    """The protected person whose name is shown while replies go to another organization (AUTHN-32).

    Replies to one of the person's own addresses are no diversion.
    """
    own = organizational_domain(author.address.domain)
    person = claimed(author.name, people)
    for mailbox in reply_to:
        if organizational_domain(mailbox.address.domain) == own:
            continue
        claim = person or claimed(mailbox.name, people)
        if claim is not None and not is_address_of(mailbox.address, claim):
            return claim
    return None
