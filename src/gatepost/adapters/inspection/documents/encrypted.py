"""Does a word of the message open this encrypted document (MS-OFFCRYPTO)?

Excel opens what is encrypted with "VelvetSweatshop" without asking, so that is always tried.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from msoffcrypto import OfficeFile
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from msoffcrypto.format import doc97, ppt97, xls97
from msoffcrypto.format.ooxml import OOXMLFile
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.documents.xml_tags import has_own_entities
from gatepost.adapters.inspection.opened import Hints, Member
from gatepost.model.inspection import Trait
from gatepost.model.traits import DECRYPTED, ENCRYPTED, ENTITIES

BUILT_IN = "VelvetSweatshop"
SPINS = re.compile(rb"spinCount=\"(\d{1,9})\"")
SPINS_IN_ALL = 1_000_000  # rounds of a hash, about a second
CHEAP_TRIES = 50  # with RC4, XOR and the standard encryption


class InMemory:
    """In place of the module `tempfile` for the library: no file can be made where documents are opened."""

    TemporaryFile = BytesIO


for module in (doc97, ppt97, xls97):
    module.tempfile = InMemory

FAILURES = (DecryptionError, FileFormatError, InvalidKeyError, ParseError, ValueError, KeyError, IndexError, OSError,
            AssertionError, TypeError, AttributeError, ArithmeticError)  # fmt: skip
# The library reads hostile structures without much care: each of these has been met with damaged files.


def opened(octets: bytes, info: bytes, hints: Hints, budget: Budget) -> Iterator[Member | Trait]:
    """The document itself if a password fits, else that it is encrypted.

    Args:
        info: the stream EncryptionInfo, b"" where there is none.
    """
    if info[8:] and has_own_entities(info[8:]):
        yield Trait(ENTITIES, "EncryptionInfo")
        yield Trait(ENCRYPTED)
        return
    spins = SPINS.search(info)
    tries = max(1, SPINS_IN_ALL // max(1, int(spins[1]))) if spins else CHEAP_TRIES
    if spins and int(spins[1]) > SPINS_IN_ALL:
        tries = 0
    for password in (BUILT_IN, *hints.passwords)[:tries]:
        budget.time()
        plain = decrypted(octets, password, budget)
        if plain:
            yield Trait(DECRYPTED, "built-in password" if password == BUILT_IN else "")
            yield Member("", plain, alike=True)
            return
    yield Trait(ENCRYPTED)


def decrypted(octets: bytes, password: str, budget: Budget) -> bytes:
    """b"" if the password does not fit, or nothing comes of it."""
    made = BytesIO()
    try:
        document = OfficeFile(BytesIO(octets))
        if isinstance(document, OOXMLFile) and not fits(document, password):
            return b""
        budget.room(2 * len(octets))
        document.load_key(password=password)
        document.decrypt(made)
    except FAILURES:
        return b""
    return made.getvalue()


def fits(document: OOXMLFile, password: str) -> bool:
    """Asked first: to make the key costs as much again. The standard encryption says so itself while loading."""
    if document.type != "agile":
        document.load_key(password=password, verify_password=True)
        return True
    found: bool = ECMA376Agile.verify_password(
        password,
        document.info["passwordSalt"],
        document.info["passwordHashAlgorithm"],
        document.info["encryptedVerifierHashInput"],
        document.info["encryptedVerifierHashValue"],
        document.info["spinValue"],
        document.info["passwordKeyBits"],
    )
    return found
