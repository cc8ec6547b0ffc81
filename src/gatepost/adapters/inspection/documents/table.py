"""Which opener of this package opens which format?"""

from collections.abc import Mapping

from gatepost.adapters.inspection.documents.compiled_help import open_help
from gatepost.adapters.inspection.documents.flat import open_activemime, open_flat
from gatepost.adapters.inspection.documents.html import open_html, open_svg
from gatepost.adapters.inspection.documents.lnk import open_lnk
from gatepost.adapters.inspection.documents.odf import open_odf
from gatepost.adapters.inspection.documents.ole import open_ole
from gatepost.adapters.inspection.documents.onenote import open_onenote
from gatepost.adapters.inspection.documents.ooxml import open_ooxml
from gatepost.adapters.inspection.documents.pdf import open_pdf
from gatepost.adapters.inspection.documents.rtf import open_rtf
from gatepost.adapters.inspection.documents.sheets import open_sheet
from gatepost.adapters.inspection.documents.shortcut import open_shortcut
from gatepost.adapters.inspection.opened import Opener

OPENERS: Mapping[str, Opener] = {
    "ole": open_ole,
    "ooxml": open_ooxml,
    "odf": open_odf,
    "flat-office": open_flat,
    "activemime": open_activemime,
    "rtf": open_rtf,
    "pdf": open_pdf,
    "html": open_html,
    "svg": open_svg,
    "lnk": open_lnk,
    "shortcut": open_shortcut,
    "onenote": open_onenote,
    "sheet": open_sheet,
    "chm": open_help,
}
"""By the format's name in `gatepost.adapters.inspection.identify`."""
