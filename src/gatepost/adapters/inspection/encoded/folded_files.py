"""Which files stand in a text as lines of printable characters: uuencode, yEnc, BinHex, base64, OpenPGP armour?"""

from contextlib import suppress

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.encoded.sealed import open_pgp
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime import base64, binhex, openpgp, uuencode, yenc
from gatepost.mime.folded import FoldedFile
from gatepost.model.inspection import Trait
from gatepost.model.traits import PARTIAL, UNREADABLE

BINHEX = "application/mac-binhex40"
BINHEX_LIMIT = 64 * 1024 * 1024  # octets of one file


def open_text(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Four searches where there is none, which are nothing beside reading the text. Unpackers know all of them by the
    extension too, and then need no line that says so."""
    endings = {name.rpartition(".")[2].lower() for name in hints.names}
    if uuencode.MARK in octets:
        for file in uuencode.files(octets):
            yield member(file, budget)
    if yenc.MARK in octets:
        for file in yenc.files(octets):
            yield member(file, budget)
    if binhex.MARK in octets or hints.declared == BINHEX or endings & {"hqx", "bhx"}:
        yield from open_binhex(octets, budget)
    if "b64" in endings:
        budget.room(len(octets))
        named = next((name[:-4] for name in hints.names if name.lower().endswith(".b64")), "")
        yield Member(named, base64.lenient(octets))
    if openpgp.MARK in octets:
        with suppress(openpgp.BadOpenPgp):  # words about it, or a sample: a block that is cut holds nothing for anybody
            yield from open_pgp(octets, hints, budget)


def open_binhex(octets: bytes, budget: Budget) -> Opened:
    try:
        for file in binhex.files(octets, min(BINHEX_LIMIT, budget.allowance.octets), said=True):
            budget.ratio(len(octets), len(file.data.octets) + len(file.resource))
            yield member(file.data, budget)
            if file.resource:
                budget.room(len(file.resource))
                yield Member(file.data.name, file.resource, alike=True)
    except binhex.BadBinHex as error:
        yield Trait(UNREADABLE, f"BinHex: {error}")


def member(file: FoldedFile, budget: Budget) -> Member:
    budget.room(len(file.octets))
    traits = []
    if file.is_cut:
        traits.append(Trait(UNREADABLE, "cut short"))
    if file.is_partial:
        traits.append(Trait(PARTIAL, "one part of several"))
    return Member(file.name, file.octets, traits=tuple(traits))
