"""Which parts does a message have, in every way in which programs read it?

The plain reading goes first. Whatever is irregular on its way leaves forks: the same entity by another header end,
type, encoding, boundary or kind of delimiter. Each is followed for itself from there, with forks of its own, and adds
what is not known yet. So all that any mix of readings makes is there, and nothing is read twice in one way.
"""

from gatepost.mime.entity import Entity
from gatepost.mime.part import Limits, Part, View
from gatepost.mime.walk import Walk


def read(octets: bytes, limits: Limits = Limits(), path: str = "") -> View:  # noqa: B008 - frozen
    """All parts of a message. Never raises.

    Args:
        octets: a whole message, dot-unstuffed; lines end in CRLF, or in LF all through.
        path: of the part that the message was in, "" for none.
    """
    walk = Walk(octets, limits)
    walk.follow(Entity(0, len(octets), path, whole=True))
    return walk.finish()


def read_inside(octets: bytes, part: Part, limits: Limits = Limits()) -> View:  # noqa: B008 - frozen
    """All parts of a multipart or message that was found as one leaf, since it is encoded. Never raises.

    Args:
        octets: the part's body, decoded.
    """
    if not part.media_type.startswith("multipart/"):
        return read(octets, limits, part.path)
    walk = Walk(octets, limits)
    walk.follow(walk.headed(part))
    return walk.finish()
