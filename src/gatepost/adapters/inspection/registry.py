"""Which opener opens which format, all in one?"""

from collections.abc import Mapping

from gatepost.adapters.inspection.archives import table as archives
from gatepost.adapters.inspection.disks import table as disks
from gatepost.adapters.inspection.documents import table as documents
from gatepost.adapters.inspection.encoded import table as encoded
from gatepost.adapters.inspection.opened import Opener
from gatepost.adapters.inspection.types import rare

OPENERS: Mapping[str, Opener] = {
    **archives.OPENERS, **documents.OPENERS, **encoded.OPENERS, **disks.OPENERS,
}  # fmt: skip
MAIL = "rfc822"
"""The format that the walk itself reads."""

CLOSED = frozenset("dmg wim ace pst szdd chm".split()) | rare.FORMATS
"""Formats that hold files, and may have no opener: that they were not looked into is said."""
