"""7z that is encrypted, as 7-Zip makes it: ATTACKS ATTACH-06, ATTACH-08, ATTACH-10."""

import hashlib
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.inspection.archives.seven_zip_header import header_of, read_streams
from gatepost.adapters.inspection.archives.seven_zip_plain import archive
from gatepost.adapters.inspection.archives.seven_zip_secrets import Lock, derived, read_lock
from gatepost.adapters.inspection.archives.unpacking import Damaged
from gatepost.model.traits import DECRYPTED, ENCRYPTED, HIDDEN_NAMES, OVER_BUDGET
from tests.adapters.inspection.archives.opening import opened
from tests.adapters.inspection.mails import EICAR, found, mail, walked
from tests.servers.need import program

PROGRAM = b"MZ" + b"\xe8\x10\0\0\0program " * 400  # with calls, as what BCJ is made for
LETTER = b"dear sir " * 400
FILES = {"order.exe": PROGRAM, "letter.txt": LETTER}
WORDS = ("wrong", "geheim")
FAST = 5.0  # seconds
METHODS = {
    "as it comes": (),
    "names hidden": ("-mhe=on",),
    "stored": ("-m0=Copy",),
    "LZMA": ("-m0=LZMA", "-mf=off"),
    "PPMd": ("-m0=PPMd",),
    "bzip2": ("-m0=BZip2",),
    "deflate": ("-m0=Deflate",),
    "each alone": ("-ms=off",),
    "four streams": ("-m0=BCJ2", "-m1=LZMA:d16", "-m2=LZMA:d12", "-m3=LZMA:d12", "-mb0:1", "-mb0s1:2", "-mb0s2:3"),
    "four streams, names hidden": ("-mf=BCJ2", "-mx=9", "-mhe=on"),
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Packs with 7-Zip."""
    tool = program("7zz")

    def packed(*options, files=FILES, password="geheim"):
        room = tmp_path_factory.mktemp("7z")
        for name, content in files.items():
            (room / name).write_bytes(content)
        subprocess.run(
            [tool, "a", f"-p{password}", *options, "a.7z", *files], cwd=room, check=True, capture_output=True
        )
        return (room / "a.7z").read_bytes()

    return packed


@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS)
def test_attach_06_a_word_of_the_message_opens_it(pack, options):
    octets = pack(*options)
    out = opened("7z", octets, passwords=WORDS)
    assert (out.content, out.codes, out.error) == (FILES, {DECRYPTED}, None)


@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS)
def test_attach_06_without_the_word_nothing_comes_out(pack, options):
    out = opened("7z", pack(*options), passwords=("wrong", "geheim!", ""))
    assert not any(out.content.values())
    assert out.codes & {ENCRYPTED, "unreadable"} and DECRYPTED not in out.codes


def test_attach_10_hidden_names_are_told_or_opened(pack):
    octets = pack("-mhe=on")
    assert opened("7z", octets, passwords=("wrong",)).codes == {HIDDEN_NAMES, ENCRYPTED}
    assert opened("7z", octets, passwords=WORDS).codes == {DECRYPTED}


def test_attach_06_a_password_in_the_letter_opens_it_and_what_is_in_it_is_matched(pack):
    octets = pack("-mhe=on", files={"x.com": EICAR})
    seen = walked(mail(("x.7z", octets), text=b"Please find the order attached. Passwort: geheim"))
    assert found(seen) == ["2!x.com"] and not seen.unscannable


def test_a_word_of_any_script_opens_it(pack):
    octets = pack(password="schlüssel密码")
    assert opened("7z", octets, passwords=("schlüssel密码",)).content == FILES


def test_attach_08_a_bomb_behind_a_password_is_not_unpacked(pack):
    octets = pack(files={"a.txt": LETTER, "zeros": bytes(20_000_000)}, password="geheim")
    out = opened("7z", octets, passwords=WORDS)
    assert (out.over, OVER_BUDGET in out.codes, DECRYPTED in out.codes) == ("ratio", True, True)


def test_attach_06_many_words_take_little_time(pack):
    octets = pack("-mhe=on")
    began = time.process_time()
    out = opened("7z", octets, passwords=[f"word{number}" for number in range(500)])
    assert out.codes == {HIDDEN_NAMES, ENCRYPTED}
    assert time.process_time() - began < FAST


def test_a_file_that_is_not_encrypted_beside_one_that_is_comes_out_too(pack, tmp_path):
    (tmp_path / "a.7z").write_bytes(pack(files={"letter.txt": LETTER}))
    (tmp_path / "order.exe").write_bytes(PROGRAM)
    subprocess.run([program("7zz"), "a", "-ms=off", "a.7z", "order.exe"], cwd=tmp_path, check=True, capture_output=True)
    assert opened("7z", (tmp_path / "a.7z").read_bytes(), passwords=WORDS).content == FILES


def slowly(password, lock):
    """As the format says it, round by round."""
    made = hashlib.sha256()
    for number in range(1 << lock.exponent):
        made.update(lock.salt + password + number.to_bytes(8, "little"))
    return made.digest()


@pytest.mark.parametrize("exponent", [0, 1, 7, 8, 9, 16, 18])
@pytest.mark.parametrize("salt", [b"", b"salt"])
def test_a_key_is_what_the_format_says(exponent, salt):
    lock = Lock(exponent, salt, bytes(16))
    assert derived(b"w\0o\0", lock) == slowly(b"w\0o\0", lock)


def test_a_key_may_be_the_password_itself():
    assert derived(b"ab", Lock(0x3F, b"s", bytes(16))) == b"sab" + bytes(29)


def test_an_exponent_beyond_all_bounds_costs_nothing(pack):
    octets = bytearray(pack("-m0=Copy", "-mhc=off"))
    settings = octets.index(b"\x06\xf1\x07\x01") + 5
    for exponent in (0x3E, 30):
        octets[settings] = octets[settings] & 0xC0 | exponent
        began = time.process_time()
        assert not any(opened("7z", bytes(octets), passwords=WORDS).content.values())
        assert time.process_time() - began < FAST


@pytest.mark.parametrize("settings", [b"", b"\xff", b"\xd3\xff" + bytes(8)])
def test_settings_that_are_cut_short_are_damaged(settings):
    with pytest.raises(Damaged):
        read_lock(settings)


def test_what_is_read_of_a_header_is_written_again(pack):
    """What 7-Zip wrote, and what is made of it, differ in how numbers are written and in nothing else."""
    for options in (("-mhc=off",), ("-mhc=off", "-ms=off"), ("-mhc=off", *METHODS["four streams"])):
        streams = read_streams(header_of(pack(*options)))
        again = read_streams(header_of(archive(streams, bytes(sum(streams.packed)))))
        assert again == streams and streams.is_encrypted


@pytest.fixture(scope="module")
def archives(pack):
    return [pack(*options, files={"letter.txt": LETTER}) for options in ((), ("-mhe=on",), ("-mhc=off", "-m0=Copy"))]


@given(st.integers(0, 2), st.integers(-300, 40), st.binary(min_size=1, max_size=4))
def test_however_a_field_is_changed_it_ends_well(archives, number, at, put):
    octets = archives[number]
    at %= len(octets)
    out = opened("7z", octets[:at] + put + octets[at + len(put) :], passwords=("geheim",))
    assert out.error is None or type(out.error).__name__ == "Damaged"
