"""What has a site taught the filter, and what does the filter say of mail that did not teach it?"""

from msgspec import Struct

from gatepost.learn.calibration import Calibration


class Source(Struct, frozen=True):
    """Who has taught what. `name` is "" for what people taught by hand; `last` is Unix time in seconds."""

    name: str
    ham: int
    spam: int
    last: float


class Status(Struct, frozen=True, kw_only=True):
    """What a site has taught.

    Args:
        enough: mails of each kind after which it has taught the filter.
        model_weight: part of what the shipped model says that still counts.
        is_calibrated: levels are cut by what this site taught.
        octets: of the lessons on the disk.
    """

    ham: int
    spam: int
    enough: int
    is_taught: bool
    model_weight: float
    is_calibrated: bool
    octets: int
    sources: tuple[Source, ...]


class Judged(Struct, frozen=True, kw_only=True):
    """Mails and what the filter says of them, none of which taught what judges it.

    Args:
        calibration: what levels come of.
    """

    scores: tuple[float, ...]
    is_spam: tuple[bool, ...]
    calibration: Calibration
    is_taught: bool
