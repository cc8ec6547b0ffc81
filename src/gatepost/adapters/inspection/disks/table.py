"""Which opener of this package opens which format?

iso and udf (a disc may be both) · img (a raw disk) · vhd vhdx qcow2 vmdk (a disk in blocks)
"""

from collections.abc import Mapping

from gatepost.adapters.inspection.disks.discs import open_disc
from gatepost.adapters.inspection.disks.images import open_img
from gatepost.adapters.inspection.disks.qcow2 import open_qcow2
from gatepost.adapters.inspection.disks.vhd import open_vhd
from gatepost.adapters.inspection.disks.vhdx import open_vhdx
from gatepost.adapters.inspection.disks.vmdk import open_vmdk
from gatepost.adapters.inspection.opened import Opener

OPENERS: Mapping[str, Opener] = {
    "iso": open_disc,
    "udf": open_disc,
    "img": open_img,
    "vhd": open_vhd,
    "vhdx": open_vhdx,
    "qcow2": open_qcow2,
    "vmdk": open_vmdk,
}
"""By the format's name in `gatepost.adapters.inspection.identify`."""
