"""Which opener of this package opens which format?

tnef · text-encodings (a text that may hold uuencode, yEnc, BinHex or OpenPGP armour) · pkcs7 (S/MIME: DER, BER, PEM)
· pgp (OpenPGP with or without armour) · ics and vcf · appledouble and applesingle · mbox · image (QR codes in it)
"""

from collections.abc import Mapping

from gatepost.adapters.inspection.encoded.apple_files import open_apple_file
from gatepost.adapters.inspection.encoded.calendar_files import open_calendar
from gatepost.adapters.inspection.encoded.folded_files import open_text
from gatepost.adapters.inspection.encoded.mailboxes import open_mbox
from gatepost.adapters.inspection.encoded.qr import open_image
from gatepost.adapters.inspection.encoded.sealed import open_pgp, open_pkcs7
from gatepost.adapters.inspection.encoded.tnef_files import open_tnef
from gatepost.adapters.inspection.opened import Opener

OPENERS: Mapping[str, Opener] = {
    "tnef": open_tnef,
    "text-encodings": open_text,
    "pkcs7": open_pkcs7,
    "pgp": open_pgp,
    "ics": open_calendar,
    "vcf": open_calendar,
    "appledouble": open_apple_file,
    "applesingle": open_apple_file,
    "mbox": open_mbox,
    "image": open_image,
}
"""By the format's name in `gatepost.adapters.inspection.identify`."""
