"""Which files, messages and words are in a `winmail.dat`?"""

from gatepost.adapters.inspection.budget import Budget
from gatepost.adapters.inspection.encoded.urls import link
from gatepost.adapters.inspection.opened import Hints, Member, Opened
from gatepost.mime.tnef import Piece, pieces
from gatepost.model.inspection import Trait
from gatepost.model.traits import NAMES_DIFFER, REMOTE

BODIES = {"text": "text/plain", "html": "text/html", "rtf": "application/rtf"}
MESSAGE = "application/ms-tnef"
SHORT_ENDING = 3  # characters that a short name leaves of `.html`


def open_tnef(octets: bytes, hints: Hints, budget: Budget) -> Opened:
    """Bodies are no files: words of the message in another form. Raises `BadTnef`."""
    for piece in pieces(octets):
        budget.room(len(piece.octets))
        if piece.kind in BODIES:
            yield Member("", piece.octets, BODIES[piece.kind], alike=True)
        elif piece.elsewhere:
            yield from elsewhere(piece)
        else:
            yield from files(piece)


def files(piece: Piece) -> Opened:
    """One for each name that makes another kind of file of it."""
    declared = MESSAGE if piece.kind == "message" else piece.media_type
    shown = piece.names[:1] or ("",)
    yield Member(shown[0], piece.octets, declared)
    endings = {ending(shown[0])}
    for name in piece.names[1:]:
        if "." in name and ending(name) not in endings:
            endings.add(ending(name))
            yield Member(name, piece.octets, declared, (Trait(NAMES_DIFFER, f"also {shown[0]}"[:200]),))


def elsewhere(piece: Piece) -> Opened:
    yield Trait(REMOTE, piece.elsewhere[:200])
    if piece.elsewhere.startswith("\\\\") or "://" in piece.elsewhere:
        found = link(piece.elsewhere, source="tnef", shown=piece.names[0][:200] if piece.names else "")
        if found:
            yield found


def ending(name: str) -> str:
    return name.rpartition(".")[2].lower()[:SHORT_ENDING]
