"""Zip: ATTACKS ATTACH-06 … ATTACH-09, ATTACH-16."""

import io
import stat
import subprocess
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.traits import (
    DECRYPTED,
    DEVICE,
    ENCRYPTED,
    ESCAPES,
    HIDDEN_NAMES,
    INCONSISTENT,
    LINK,
    OVER_BUDGET,
    UNREADABLE,
)
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.archives.zip_writer import archive, central, deflated, end, local, stored

PROGRAM = b"MZ" + b"program " * 40
LETTER = b"dear sir " * 40
FAST = 5.0  # seconds, on a busy machine


def zipped(files, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_another_program_packed_comes_out_and_nothing_is_odd(method):
    files = {"order.exe": PROGRAM, "d/letter.txt": LETTER, "empty": b""}
    found = opened("zip", zipped(files, method))
    assert (found.content, found.codes, found.over, found.error) == (files, set(), "", None)


def test_a_file_that_is_written_as_a_stream_is_nothing_odd():
    class Unseekable(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    made = Unseekable()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("a.txt", LETTER)
    found = opened("zip", made.getvalue())
    assert (found.content, found.codes) == ({"a.txt": LETTER}, set())


def test_zip64_is_read():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into, into.open("a.txt", "w", force_zip64=True) as file:
        file.write(LETTER)
    found = opened("zip", made.getvalue())
    assert (found.content, found.codes) == ({"a.txt": LETTER}, set())


def test_a_zip_in_a_zip_that_is_stored_is_nothing_odd():
    inner = archive(deflated(b"a", LETTER))
    found = opened("zip", archive(stored(b"inner.zip", inner), deflated(b"b", LETTER)))
    assert (found.content, found.codes) == ({"inner.zip": inner, "b": LETTER}, set())


def test_an_empty_archive_is_nothing_odd():
    found = opened("zip", end(0, 0, 0))
    assert (found.members, found.traits) == ([], [])


def test_a_line_end_behind_it_is_nothing_odd():
    assert opened("zip", archive(stored(b"a", LETTER), suffix=b"\r\n")).codes == set()


# ATTACH-07


def test_attach_07_two_names_of_one_entry_are_both_shown():
    file = deflated(b"letter.txt", PROGRAM)
    found = opened("zip", archive(file, said=[file._replace(name=b"letter.exe")]))
    assert found.content == {"letter.txt": PROGRAM, "letter.exe": PROGRAM}
    assert found.details == {"local and central name differ"}


def test_attach_07_the_unicode_path_is_a_name_too():
    path = b"\x01" + zlib.crc32(b"letter.txt").to_bytes(4, "little") + b"letter.exe"
    extra = (0x7075).to_bytes(2, "little") + len(path).to_bytes(2, "little") + path
    found = opened("zip", archive(stored(b"letter.txt", PROGRAM, extra=extra)))
    assert set(found.content) == {"letter.txt", "letter.exe"}


@pytest.mark.parametrize(
    ("said", "problem"),
    [({"method": 8}, "local and central method differ"), ({"flags": 1}, "local and central flags differ"),
     ({"size": 3}, "local and central size differ")],
)  # fmt: skip
def test_attach_07_what_the_headers_say_differently_is_told(said, problem):
    file = stored(b"a.exe", PROGRAM)
    found = opened("zip", archive(file, said=[file._replace(**said)]))
    assert problem in found.details


def test_attach_07_two_methods_give_both_contents():
    inner = deflated(b"a", PROGRAM)
    as_stored = stored(b"a", inner.packed)
    found = opened("zip", archive(inner, said=[as_stored]))
    assert {member.octets for member in found.members} == {inner.packed, PROGRAM}


def test_attach_07_octets_in_front_and_behind_are_told():
    file = deflated(b"a", PROGRAM)
    assert opened("zip", archive(file, prefix=b"GIF89a" + bytes(50))).details == {"octets in front of the first entry"}
    shifted = b"GIF89a" + archive(file)  # offsets count from where the zip begins
    found = opened("zip", shifted)
    assert (found.content, found.details) == ({"a": PROGRAM}, {"octets in front of the first entry"})
    assert opened("zip", archive(file, suffix=b"MZ more")).details == {"octets behind the end"}


def test_attach_07_of_two_archives_in_a_row_both_are_read():
    two = archive(stored(b"first", LETTER)) + archive(stored(b"second.exe", PROGRAM), deflated(b"third", b"3" * 99))
    found = opened("zip", two)
    assert found.content == {"first": LETTER, "second.exe": PROGRAM, "third": b"3" * 99}
    assert INCONSISTENT in found.codes


def test_attach_07_without_a_directory_the_local_headers_are_read():
    whole = archive(deflated(b"a.exe", PROGRAM), stored(b"b", LETTER))
    found = opened("zip", whole[: whole.find(b"PK\1\2")])
    assert found.content == {"a.exe": PROGRAM, "b": LETTER}
    assert found.details == {"no central directory"}


def test_attach_07_without_a_directory_streamed_entries_are_read():
    file = deflated(b"a.exe", PROGRAM)
    streamed = local(file._replace(flags=8, crc=0, size=0), packed_size=0) + b"PK\7\10" + bytes(12)
    again = local(stored(b"b", LETTER)._replace(flags=8, crc=0, size=0), packed_size=0) + b"PK\7\10" + bytes(12)
    found = opened("zip", streamed + again)
    assert found.content == {"a.exe": PROGRAM, "b": LETTER}


def test_attach_07_an_entry_that_no_directory_names_is_read():
    hidden, told = local(stored(b"hidden.exe", PROGRAM)), stored(b"a.txt", LETTER)
    body = hidden + local(told)
    directory = central(told, len(hidden))
    found = opened("zip", body + directory + end(1, len(directory), len(body)))
    assert found.content["hidden.exe"] == PROGRAM
    assert "entries that the directory does not name" in found.details


def test_attach_07_a_wrong_count_hides_nothing():
    files = [stored(b"a", LETTER), stored(b"b.exe", PROGRAM)]
    body = b"".join(map(local, files))
    directory = central(files[0], 0) + central(files[1], len(local(files[0])))
    found = opened("zip", body + directory + end(1, len(directory), len(body)))
    assert set(found.content) == {"a", "b.exe"}
    assert "the number of entries is wrong" in found.details


@pytest.mark.parametrize("make", [stored, deflated])
def test_attach_07_a_size_that_lies_hides_nothing(make):
    file = make(b"a.exe", PROGRAM)
    lying = file._replace(size=3)
    found = opened("zip", archive(lying))
    assert (found.content["a.exe"], INCONSISTENT in found.codes) == (PROGRAM, True)


def test_attach_07_data_that_goes_on_behind_its_size_is_read_on():
    file = deflated(b"a.exe", PROGRAM)
    body = local(file, packed_size=5)
    directory = central(file, 0, packed_size=5)
    found = opened("zip", body + directory + end(1, len(directory), len(body)))
    assert (found.content["a.exe"], INCONSISTENT in found.codes) == (PROGRAM, True)


def test_attach_07_a_wrong_checksum_is_told():
    found = opened("zip", archive(stored(b"a", LETTER, crc=1)))
    assert (found.content, found.codes) == ({"a": LETTER}, {INCONSISTENT})


def test_an_entry_whose_data_cannot_be_found_is_shown_by_name():
    file = stored(b"a.exe", PROGRAM)
    directory = central(file, 5)
    found = opened("zip", bytes(20) + directory + end(1, len(directory), 20))
    assert (found.content, UNREADABLE in found.codes) == ({"a.exe": b""}, True)


def test_a_method_that_is_not_known_is_unreadable():
    found = opened("zip", archive(stored(b"a.exe", PROGRAM, method=9)))
    assert (found.content, found.codes) == ({"a.exe": b""}, {UNREADABLE})


def test_what_is_no_zip_is_unreadable():
    assert UNREADABLE in opened("zip", b"PK\3\4 and no more").codes


# ATTACH-06


@pytest.fixture
def locked(tmp_path):
    (tmp_path / "order.exe").write_bytes(PROGRAM)
    subprocess.run(["zip", "-q", "-P", "correct horse", "locked.zip", "order.exe"], cwd=tmp_path, check=True)
    return (tmp_path / "locked.zip").read_bytes()


def test_attach_06_an_encrypted_file_is_shown_by_name_and_stays_closed(locked):
    found = opened("zip", locked, passwords=("wrong", "horse"))
    assert (found.content, found.codes) == ({"order.exe": b""}, {ENCRYPTED})


def test_attach_06_a_word_of_the_message_opens_it(locked):
    words = tuple(f"word{number}" for number in range(199))
    found = opened("zip", locked, passwords=(*words, "correct horse"))
    assert (found.content, found.codes) == ({"order.exe": PROGRAM}, {DECRYPTED})


def test_attach_06_aes_is_opened_by_a_word_of_the_message(aes_zip):
    octets, word, content = aes_zip
    assert opened("zip", octets, passwords=("wrong",)).codes == {ENCRYPTED}
    found = opened("zip", octets, passwords=("wrong", "words", word))
    assert (found.content, found.codes) == ({"secret.txt": content}, {DECRYPTED})


def test_attach_06_many_words_take_little_time(aes_zip):
    octets, _, _ = aes_zip
    began = time.process_time()
    opened("zip", octets, passwords=tuple(f"word{number}" for number in range(200)))
    assert time.process_time() - began < FAST


def test_attach_06_strong_encryption_stays_closed():
    found = opened("zip", archive(stored(b"a.exe", PROGRAM, flags=1 | 1 << 6)), passwords=("word",))
    assert (found.content, found.codes) == ({"a.exe": b""}, {ENCRYPTED})


def test_attach_10_an_encrypted_directory_hides_names():
    body = local(stored(b"0", PROGRAM, flags=1 | 1 << 13)) + b"PK\6\10" + bytes(20) + b"encrypted directory" * 3
    assert HIDDEN_NAMES in opened("zip", body + end(1, 57, len(body) - 57)).codes


# ATTACH-08


def limits_hold(found, began):
    assert found.over in ("ratio", "size", "members", "time")
    assert time.process_time() - began < FAST


def test_attach_08_two_hundred_mb_of_zeros():
    began = time.process_time()
    found = opened("zip", zipped({"zeros": bytes(200_000_000)}))
    limits_hold(found, began)
    assert OVER_BUDGET in found.codes
    assert len(found.content["zeros"]) == 1024 * 1024, "its beginning is looked into all the same"


def test_attach_08_thirty_thousand_entries():
    octets = zipped({f"{number}.txt": b"x" for number in range(30_000)}, zipfile.ZIP_STORED)
    began = time.process_time()
    limits_hold(opened("zip", octets), began)


def test_attach_08_entries_that_share_their_data():
    """Each local header points into one kernel of data, as the densest bombs have it."""
    kernel = deflated(b"", bytes(2_000_000))
    body = local(kernel)
    names = [b"%d" % number for number in range(5000)]
    directory = b"".join(central(kernel._replace(name=name), 0) for name in names)
    began = time.process_time()
    found = opened("zip", body + directory + end(5000, len(directory), len(body)))
    limits_hold(found, began)
    assert "entries overlap" in found.details or "local and central name differ" in found.details


def test_attach_08_quoted_headers_overlap():
    """A local header is data of the entry before it."""
    inner = local(stored(b"b", LETTER))
    outer = stored(b"a", inner)
    body = local(outer)
    directory = central(outer, 0) + central(stored(b"b", LETTER), len(body) - len(inner))
    found = opened("zip", body + directory + end(2, len(directory), len(body)))
    assert "entries overlap" in found.details


def test_attach_08_a_stream_that_gives_nothing_ends_with_the_time():
    """Deflate can be made of empty blocks: input goes on, and nothing comes out."""
    nothing = b"\0\0\0\xff\xff" * 400_000
    file = stored(b"a", nothing, method=8, size=0, crc=0)
    body = local(file)
    directory = b"".join(central(file._replace(name=b"%d" % number), 0) for number in range(4000))
    began = time.process_time()
    found = opened("zip", body + directory + end(4000, len(directory), len(body)), seconds=0.5)
    assert (found.over, time.process_time() - began < FAST) == ("time", True)


# ATTACH-09


@pytest.mark.parametrize("name", [b"../../etc/x", b"/etc/x", b"..\\x", b"C:\\x", b"a/../../b"])
def test_attach_09_names_that_lead_out_are_told(name):
    assert opened("zip", archive(stored(name, LETTER))).codes == {ESCAPES}


def test_attach_09_links_and_devices_are_told():
    link = stored(b"l", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)
    device = stored(b"d", b"", mode=stat.S_IFBLK | 0o600)
    assert opened("zip", archive(link, device)).codes == {LINK, DEVICE}


# Whatever octets come

FILES = st.builds(
    lambda make, name, content, flags, method: (made := make(name, content))._replace(
        flags=flags, method=made.method if method is None else method
    ),
    st.sampled_from([stored, deflated]),
    st.sampled_from([b"a", b"b.exe", b"d/", b"../x", b"\xff", b""]),
    st.sampled_from([b"", b"x", LETTER, b"PK\3\4", local(stored(b"inner", b"y"))]),
    st.sampled_from([0, 0, 0, 1, 8, 1 << 6, 1 << 11, 1 << 13]),
    st.sampled_from([None, None, None, 0, 8, 9, 12, 14, 93, 99]),
)
PIECES = st.one_of(
    FILES.map(local),
    st.builds(lambda file, size: local(file, size), FILES, st.sampled_from([0, 1, 10, 0xFFFFFFFF])),
    st.builds(central, FILES, st.sampled_from([0, 1, 40, 0xFFFFFFFF])),
    st.builds(end, st.integers(0, 4), st.sampled_from([0, 46, 47, 100]), st.sampled_from([0, 31, 80, 0xFFFFFFFF])),
    st.sampled_from(
        [b"PK\6\6" + bytes(52), b"PK\6\7" + bytes(16), b"PK\7\10" + bytes(12), b"PK", b"\0", b"MZ", b"\r\n"]
    ),
)


@given(st.lists(PIECES, max_size=8).map(b"".join), st.integers(0, 400))
def test_however_records_are_put_together_it_ends_well(octets, cut):
    for each in (octets, octets[cut:], octets[: len(octets) - cut]):
        found = opened("zip", each, passwords=("word",))
        assert found.error is None
        assert found.members or found.traits or not each or found.over or b"PK\5\6" in each


@given(st.lists(FILES.filter(lambda file: file.name and not file.flags & ~8 and file.method in (0, 8)), max_size=4))
def test_what_a_directory_names_is_found(files):
    found = opened("zip", archive(*files))
    names = {member.name for member in found.members}
    for file in files:
        name = file.name.decode("cp437" if file.name == b"\xff" else "utf-8")
        assert name in names or (name.endswith("/") and not file.size)


@given(st.lists(FILES, min_size=1, max_size=3), st.integers(0, 500), st.binary(min_size=1, max_size=4))
def test_however_a_field_is_changed_it_ends_well(files, at, put):
    octets = archive(*files)
    at %= len(octets)
    assert opened("zip", octets[:at] + put + octets[at + len(put) :], passwords=("word",)).error is None
