"""Images that the usual tools made, through all that looks into a message: ATTACKS ATTACH-11."""

import pytest

from gatepost.model.inspection import FileClass
from gatepost.model.traits import POLYGLOT
from tests.adapters.inspection.disks import images
from tests.adapters.inspection.disks.images import FILES, LONG, MIB, PROGRAM
from tests.adapters.inspection.mails import codes, found, items, mail, walked

# name: how the image is made, and what is in it besides FILES
IMAGES = {
    "fat12": (images.fat, "orders/another program.exe"),
    "fat16": (lambda: images.fat(16, 16 * MIB), "orders/another program.exe"),
    "fat32": (lambda: images.fat(32, 40 * MIB), "orders/another program.exe"),
    "exfat": (images.exfat, "orders/another program.exe"),
    "ntfs": (images.ntfs, f"{LONG}:hidden.exe"),
    "ntfs with large clusters": (lambda: images.ntfs(12 * MIB, "-c", "65536"), f"{LONG}:hidden.exe"),
    "bridge": (images.disc, "orders/another program.exe"),
    "udf": (lambda: images.only_udf(images.disc()), "orders/another program.exe"),
    "master boot record": (lambda: images.partitioned(images.fat()), "orders/another program.exe"),
    "partition table": (lambda: images.with_gpt(images.ntfs()), f"{LONG}:hidden.exe"),
    "vhd": (lambda: converted("vpc"), f"{LONG}:hidden.exe"),
    "fixed vhd": (lambda: converted("vpc", "-o", "subformat=fixed"), f"{LONG}:hidden.exe"),
    "vhdx": (lambda: converted("vhdx"), f"{LONG}:hidden.exe"),
    "fixed vhdx": (lambda: converted("vhdx", "-o", "subformat=fixed"), f"{LONG}:hidden.exe"),
    "qcow2": (lambda: converted("qcow2"), f"{LONG}:hidden.exe"),
    "compressed qcow2": (lambda: converted("qcow2", "-c"), f"{LONG}:hidden.exe"),
    "vmdk": (lambda: converted("vmdk"), f"{LONG}:hidden.exe"),
    "compressed vmdk": (lambda: converted("vmdk", "-o", "subformat=streamOptimized"), f"{LONG}:hidden.exe"),
}


def converted(form, *options):
    return images.converted(images.partitioned(images.ntfs(), kind=7), form, *options)


@pytest.mark.parametrize("name", IMAGES)
def test_attach_11_what_is_in_an_image_is_looked_into(name):
    make, more = IMAGES[name]
    seen = walked(mail(("order.dat", make())))
    inner = items(seen)
    assert set(inner) == {"1", "2", *(f"2!{each}" for each in (*FILES, more))}
    assert found(seen)[-1] == "2!eicar.com"
    assert FileClass.DISK_IMAGE in inner["2"].classes
    assert FileClass.EXECUTABLE in inner["2!payload.exe"].classes
    assert inner["2!payload.exe"].size == inner[f"2!{more}"].size == len(PROGRAM)
    assert (seen.unscannable, seen.over, POLYGLOT in codes(seen)) == ((), (), False)
