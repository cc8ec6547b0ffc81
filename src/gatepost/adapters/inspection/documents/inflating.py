"""What comes out of a deflated stream, and no more than the budget has room for?"""

import zlib

from gatepost.adapters.inspection.budget import Budget

STEP = 256 * 1024  # octets at a time


def inflated(octets: bytes, budget: Budget, window: int = zlib.MAX_WBITS) -> bytes:
    """As far as it goes: what is damaged or cut short gives what was in it until there.

    Raises:
        OverBudget: more came out than may.
    """
    inflater = zlib.decompressobj(window)
    pieces: list[bytes] = []
    made, rest = 0, octets
    while not inflater.eof:
        try:
            piece = inflater.decompress(rest, STEP)
        except zlib.error:
            break
        rest = inflater.unconsumed_tail
        if not piece and not rest:
            break
        made += len(piece)
        budget.room(len(piece))
        budget.ratio(len(octets), made)
        pieces.append(piece)
    return b"".join(pieces)
