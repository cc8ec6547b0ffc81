"""Which opener of this package opens which format?"""

from collections.abc import Mapping

from gatepost.adapters.inspection.opened import Opener

OPENERS: Mapping[str, Opener] = {}
"""By the format's name in `gatepost.adapters.inspection.identify`."""
