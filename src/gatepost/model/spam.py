"""How sure is the filter that a message is spam, and that it is phishing?"""

from msgspec import Struct

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
"""By agreement of all spam filters the test for spam (SpamAssassin's); in two, so that this file is none."""
BYPASSED = -1  # nobody asked: the sender is one of ours, or known to be good


class SpamLevel(Struct, frozen=True, kw_only=True):
    """Of one message.

    Args:
        scl: spam confidence level, 0 (surely none) to 9 (surely spam), or `BYPASSED`.
        pcl: phishing confidence level, 1 to 8; 4 and more is suspicious.
        headers: names of further header fields that are to hold the SCL.
    """

    scl: int
    pcl: int = 1
    headers: tuple[str, ...] = ()
