"""tar, 7z, cab, iso, cpio, ar, zstd …: ATTACKS ATTACH-04, ATTACH-08 … ATTACH-11."""

import ctypes
import io
import subprocess
import tarfile
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from libarchive import ffi

from gatepost.model.traits import DEVICE, ENCRYPTED, ESCAPES, HIDDEN_NAMES, INCONSISTENT, LINK, OVER_BUDGET, UNREADABLE
from tests.adapters.inspection.archives.opening import opened

PROGRAM = b"MZ" + b"program " * 40
LETTER = b"dear sir " * 400
FAST = 5.0  # seconds
WRITERS = {"tar": "pax_restricted", "7z": "7zip", "cpio": "cpio", "iso": "iso9660", "ar": "ar_svr4", "xar": "xar"}


def packed(kind, files):
    """By libarchive's writer."""
    room, used = ctypes.create_string_buffer(4 * 1024 * 1024), ctypes.c_size_t()
    writer = ffi.write_new()
    ffi.get_write_format_function(WRITERS[kind])(writer)
    ffi.write_open_memory(writer, room, len(room), ctypes.byref(used))
    for name, content in files.items():
        entry = ffi.entry_new()
        ffi.entry_update_pathname_utf8(entry, name.encode())
        ffi.entry_set_size(entry, len(content))
        ffi.entry_set_filetype(entry, 0o100000)
        ffi.entry_set_perm(entry, 0o644)
        ffi.write_header(writer, entry)
        ffi.write_data(writer, content, len(content))
        ffi.entry_free(entry)
    ffi.write_close(writer)
    ffi.write_free(writer)
    return room.raw[: used.value]


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind != "xar"])
def test_what_another_program_packed_comes_out(kind):
    files = {"order.exe": PROGRAM, "letter.txt": LETTER}
    found = opened(kind, packed(kind, files))
    assert (found.content, found.codes, found.error) == (files, set(), None)


def test_of_a_xar_at_least_all_comes_out():
    """libarchive 3.6 gives what it has packed itself with some of the file before it."""
    found = opened("xar", packed("xar", {"order.exe": PROGRAM, "letter.txt": LETTER}))
    assert PROGRAM in found.content["order.exe"] and LETTER in found.content["letter.txt"]


def with_tar(change):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as into:
        change(into)
    return made.getvalue()


def add(into, name, content=b"", **changes):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in changes.items():
        setattr(info, key, value)
    into.addfile(info, io.BytesIO(content))


def test_attach_09_what_leads_out_of_a_tar_is_told():
    found = opened("tar", with_tar(lambda into: add(into, "../x", PROGRAM)))
    assert (found.content, found.codes) == ({"../x": PROGRAM}, {ESCAPES})


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_attach_09_links_in_a_tar_are_told(kind):
    found = opened("tar", with_tar(lambda into: add(into, "link", type=kind, linkname="/etc/passwd")))
    assert ([trait.detail for trait in found.members[0].traits], found.codes) == (["/etc/passwd"], {LINK})


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_attach_09_devices_in_a_tar_are_told(kind):
    assert opened("tar", with_tar(lambda into: add(into, "device", type=kind))).codes == {DEVICE}


def test_of_two_tars_in_a_row_the_second_is_looked_into():
    two = with_tar(lambda into: add(into, "a", LETTER)) + with_tar(lambda into: add(into, "b.exe", PROGRAM))
    found = opened("tar", two)
    assert (found.content, found.codes) == ({"a": LETTER}, {INCONSISTENT})
    assert any(member.alike and PROGRAM in member.octets for member in found.members)


def test_a_tar_that_is_cut_short_is_unreadable():
    whole = with_tar(lambda into: (add(into, "a", LETTER), add(into, "b.exe", PROGRAM * 100)))
    found = opened("tar", whole[:6000])
    assert (found.content["a"], UNREADABLE in found.codes) == (LETTER, True)


def test_attach_08_a_hole_in_a_tar_is_bounded():
    """GNU's sparse files: a header says how many zeros there are."""
    size, near = b"77777777777\0", b"77777776777\0"
    header = bytearray(512)
    header[:1], header[100:108], header[124:136], header[156:157] = b"a", b"0000644\0", b"00000001000\0", b"S"
    header[257:265], header[386:410], header[483:495] = b"ustar  \0", near + b"00000001000\0", size
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    began = time.process_time()
    found = opened("tar", bytes(header) + bytes(1536))
    assert (found.over, OVER_BUDGET in found.codes) == ("ratio", True)
    assert time.process_time() - began < FAST


def test_attach_08_zeros_in_zstd(tmp_path):
    (tmp_path / "zeros").write_bytes(bytes(200_000_000))
    subprocess.run(["zstd", "-q", "zeros"], cwd=tmp_path, check=True)
    began = time.process_time()
    found = opened("zstd", (tmp_path / "zeros.zst").read_bytes(), names=("zeros.zst",))
    assert (found.over, OVER_BUDGET in found.codes, len(found.content["zeros"])) == ("ratio", True, 1024 * 1024)
    assert time.process_time() - began < FAST


def test_attach_08_zeros_in_7z():
    found = opened("7z", packed("7z", {"zeros": bytes(30_000_000)}))
    assert found.over == "ratio"


AES = bytes.fromhex("2406f107010a5307") + bytes(8)  # a coder: its id, its settings


def sealed(header):
    """A 7z with this header behind its data."""
    whole = packed("7z", {"order.exe": PROGRAM})
    data = whole[32 : 32 + int.from_bytes(whole[12:20], "little")]
    numbers = len(data).to_bytes(8, "little") + len(header).to_bytes(8, "little")
    start = numbers + zlib.crc32(header).to_bytes(4, "little")
    return whole[:8] + zlib.crc32(start).to_bytes(4, "little") + start + data + header


def test_attach_10_a_7z_that_hides_its_names_says_so():
    header = bytes.fromhex("1706000109100007 0b010001") + AES + bytes.fromhex("0c100000")
    found = opened("7z", sealed(header))
    assert (found.members, found.codes) == ([], {HIDDEN_NAMES, ENCRYPTED})


def test_attach_06_a_7z_that_is_encrypted_shows_its_names():
    whole = packed("7z", {"order.exe": PROGRAM})
    header = whole[32 + int.from_bytes(whole[12:20], "little") :]
    lzma = bytes.fromhex("23030101055d00008000")
    assert lzma in header
    found = opened("7z", sealed(header.replace(lzma, AES)))
    assert (found.content, found.codes) == ({"order.exe": b""}, {ENCRYPTED})


@pytest.mark.parametrize("kind", ["tar", "7z", "cab", "iso", "cpio", "ar", "xar", "lha", "rpm", "warc", "zstd", "lz4"])
@given(put=st.binary(min_size=1, max_size=64))
def test_what_is_none_ends_well(kind, put):
    found = opened(kind, put * 20)
    assert not found.members or found.error is None


@given(st.sampled_from(sorted(WRITERS)), st.integers(0, 3000), st.binary(min_size=1, max_size=4))
def test_however_a_field_is_changed_it_ends_well(kind, at, put):
    octets = PACKED[kind]
    at %= len(octets)
    found = opened(kind, octets[:at] + put + octets[at + len(put) :])
    assert found.error is None or type(found.error).__name__ == "Damaged"


PACKED = {kind: packed(kind, {"order.exe": PROGRAM, "letter.txt": LETTER}) for kind in WRITERS}
