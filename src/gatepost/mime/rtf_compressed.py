"""Which RTF is in this compressed RTF (MS-OXRTFCP)?

What comes out is at most nine times what goes in: a reference of two octets and one bit gives seventeen.
"""

HEADER = 16  # octets: size of the rest, size of the RTF, how it is packed, checksum
PACKED = b"LZFu"
PLAIN = b"MELA"
WINDOW = 4096
SHORTEST = 2  # octets that a reference copies at least
BEFORE = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)  # what every window holds at first (§2.1.2.1)


class BadCompressedRtf(ValueError):
    """It is no compressed RTF."""


def rtf(octets: bytes) -> bytes:
    """The RTF; as far as it goes where it is cut short. Sizes and checksum are not believed.

    Raises:
        BadCompressedRtf: there is no header, or of an unknown kind.
    """
    kind = octets[8:12]
    if len(octets) < HEADER or kind not in (PACKED, PLAIN):
        raise BadCompressedRtf("no header")
    size = int.from_bytes(octets[4:8], "little")
    return octets[HEADER : HEADER + size] if kind == PLAIN else unpacked(octets)


def unpacked(octets: bytes) -> bytes:
    made = bytearray(BEFORE)
    at, end = HEADER, len(octets)
    while at < end:
        control, at = octets[at], at + 1
        for bit in range(8):
            if at >= end:
                break
            if not control >> bit & 1:
                made.append(octets[at])
                at += 1
                continue
            reference = int.from_bytes(octets[at : at + 2].ljust(2, b"\0"), "big")
            at += 2
            if not copy(made, reference >> 4, (reference & 15) + SHORTEST):
                return bytes(made[len(BEFORE) :])
    return bytes(made[len(BEFORE) :])


def copy(made: bytearray, place: int, length: int) -> bool:
    """Append what stands at a place of the window; False for the place that ends the text (§3.1.1.2)."""
    back = (len(made) - place) % WINDOW
    if back == 0:
        return False
    if back > len(made):  # a place never written: octets of no meaning, which end nothing
        made += bytes(length)
        return True
    start = len(made) - back
    if back >= length:
        made += made[start : start + length]
    else:
        piece = bytes(made[start:])
        made += (piece * (length // back + 1))[:length]
    return True
