"""Which opener of this package opens which format?"""

from collections.abc import Mapping

from gatepost.adapters.inspection.archives.arj import open_arj
from gatepost.adapters.inspection.archives.libarchive_formats import (
    open_ar,
    open_cab,
    open_compress,
    open_cpio,
    open_lha,
    open_lz4,
    open_lzip,
    open_rpm,
    open_tar,
    open_warc,
    open_xar,
    open_zstd,
)
from gatepost.adapters.inspection.archives.rar import open_rar
from gatepost.adapters.inspection.archives.seven_zip import open_7z
from gatepost.adapters.inspection.archives.streams import open_bzip2, open_gzip, open_lzma, open_xz
from gatepost.adapters.inspection.archives.zip import open_zip
from gatepost.adapters.inspection.opened import Opener

OPENERS: Mapping[str, Opener] = {
    "7z": open_7z,
    "ar": open_ar,
    "arj": open_arj,
    "bzip2": open_bzip2,
    "cab": open_cab,
    "compress": open_compress,
    "cpio": open_cpio,
    "gzip": open_gzip,
    "lha": open_lha,
    "lz4": open_lz4,
    "lzip": open_lzip,
    "lzma": open_lzma,
    "rar": open_rar,
    "rpm": open_rpm,
    "tar": open_tar,
    "warc": open_warc,
    "xar": open_xar,
    "xz": open_xz,
    "zip": open_zip,
    "zstd": open_zstd,
}
"""By the format's name in `gatepost.adapters.inspection.identify`."""
