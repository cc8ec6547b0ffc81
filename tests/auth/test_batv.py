"""Signed senders: tags by `prvs`, computed once more with OpenSSL; what is forged, expired or changed on the way."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.batv import BadKeys, BounceKeys, day_of, fits, read_keys, signed, unsigned
from gatepost.model.samples import address
from tests.servers import need

SECRET = b"correct horse battery staple"
KEYS = BounceKeys(((0, SECRET),))
TODAY = 19_723  # 2024-01-01
BOB = address("bob@example.com")
# `printf '%s' 0730bob@example.com | openssl dgst -sha1 -hmac SECRET`, the first six digits; and so on
VECTORS = [
    ("bob@example.com", 0, 19_723, 7, "prvs=0730b04f52=bob@example.com"),
    ("bob@example.com", 0, 18_884, 7, "prvs=089174772c=bob@example.com"),
    ("bob@example.com", 3, 19_999, 7, "prvs=30069944da=bob@example.com"),
    ("Bob@example.com", 0, 19_723, 1, "prvs=0724598270=Bob@example.com"),
    ("bücher@example.com", 9, 19_723, 30, "prvs=975374e605=bücher@example.com"),
]
LOCALS = st.text("ab=.prvsPRVS0123456789+-/üÜß", min_size=1, max_size=70).map(
    lambda local: address(f"{local}@example.com")
)


def keyed(number=0, lifetime=7, secret=SECRET):
    return BounceKeys(((number, secret),), lifetime)


@pytest.mark.parametrize(("plain", "number", "day", "lifetime", "tagged"), VECTORS)
def test_a_sender_is_signed_as_the_draft_says(plain, number, day, lifetime, tagged):
    keys = keyed(number, lifetime)
    assert str(signed(address(plain), keys, day)) == tagged
    assert unsigned(address(tagged), keys, day) == address(plain)


@pytest.mark.parametrize(("plain", "number", "day", "lifetime", "tagged"), VECTORS)
def test_openssl_computes_the_same(plain, number, day, lifetime, tagged):
    text = f"{tagged[5:9]}{plain.lower()}".encode()
    command = [need.program("openssl"), "dgst", "-sha1", "-hmac", SECRET.decode()]
    said = subprocess.run(command, input=text, capture_output=True, check=True)
    assert said.stdout.decode().split()[-1].startswith(tagged[9:15])


def test_a_signature_holds_until_its_day_is_over():
    tagged = signed(BOB, KEYS, TODAY)
    assert [unsigned(tagged, KEYS, TODAY + days) == BOB for days in (0, 1, 7, 8, 500, 1000)] == [
        True, True, True, False, False, True,  # written alike after a thousand days
    ]  # fmt: skip


def test_a_signature_from_tomorrow_is_none():
    assert unsigned(signed(BOB, KEYS, TODAY + 1), KEYS, TODAY) is None


def test_the_lifetime_is_of_the_one_who_verifies_too():
    tagged = signed(BOB, keyed(lifetime=30), TODAY)
    assert unsigned(tagged, keyed(lifetime=7), TODAY) is None
    assert unsigned(tagged, keyed(lifetime=7), TODAY + 23) == BOB


def test_the_thousandth_day_is_followed_by_the_first():
    tagged = signed(BOB, KEYS, 19_995)
    assert tagged.local.startswith("prvs=0002")
    assert unsigned(tagged, KEYS, 20_002) == BOB and unsigned(tagged, KEYS, 20_003) is None


def test_no_other_address_has_this_signature():
    tagged = signed(BOB, KEYS, TODAY)
    assert unsigned(address(tagged.local.replace("bob", "rob") + "@example.com"), KEYS, TODAY) is None
    assert unsigned(address(f"{tagged.local}@example.net"), KEYS, TODAY) is None


def test_every_digit_counts():
    local = signed(BOB, KEYS, TODAY).local
    forged = [local[:at] + "0123456789abcdef"[(int(local[at], 16) + 1) % 16] + local[at + 1 :] for at in range(5, 15)]
    assert [unsigned(address(f"{f}@example.com"), KEYS, TODAY) for f in forged] == [None] * 10


def test_what_is_lowered_or_raised_on_the_way_still_holds():
    tagged = str(signed(address("Bob.Smith@example.com"), KEYS, TODAY))
    assert unsigned(address(tagged.lower()), KEYS, TODAY) == address("bob.smith@example.com")
    local, _, domain = tagged.rpartition("@")
    assert unsigned(address(f"{local.upper()}@{domain}"), KEYS, TODAY) == address("BOB.SMITH@example.com")


def test_what_another_program_signed_as_it_is_written_holds():
    tagged = "prvs=072482acba=Bob@example.com"  # HMAC over 0724Bob@example.com
    assert unsigned(address(tagged), keyed(lifetime=1), TODAY) == address("Bob@example.com")


def test_a_key_that_is_replaced_still_verifies():
    old, both = keyed(4), BounceKeys(((5, b"another long secret"), (4, SECRET)))
    tagged = signed(BOB, old, TODAY)
    assert unsigned(tagged, both, TODAY) == BOB
    assert signed(BOB, both, TODAY).local.startswith("prvs=5")
    assert unsigned(tagged, keyed(5), TODAY) is None


def test_who_has_no_keys_signs_nothing_and_believes_nothing():
    assert signed(BOB, BounceKeys(), TODAY) == BOB
    assert unsigned(signed(BOB, KEYS, TODAY), BounceKeys(), TODAY) is None
    assert not BounceKeys().is_on and KEYS.is_on


@pytest.mark.parametrize(
    "plain", ["a" * 49 + "@example.com", '"a b"@example.com', "postmaster", "ü" * 25 + "@x.example"]
)
def test_what_has_no_room_for_a_signature_is_left_as_it_is(plain):
    assert not fits(address(plain))
    assert signed(address(plain), KEYS, TODAY) == address(plain)


def test_the_longest_that_has_room():
    plain = address("a" * 48 + "@example.com")
    assert fits(plain) and len(signed(plain, KEYS, TODAY).local) == 64


def test_nothing_is_signed_twice():
    tagged = signed(BOB, KEYS, TODAY)
    assert signed(tagged, KEYS, TODAY + 1) == tagged


@pytest.mark.parametrize(
    "local",
    ["bob", "prvs=bob", "prvs=0730b04f52=", "prvs=073b04f52=bob", "xprvs=0730b04f52=bob",
     "prvs=0730b04f5g=bob",
     "prvs=\u0660730b04f52=bob", "prv\u017f=0730b04f52=bob"],
)  # fmt: skip
def test_what_is_no_tag_is_no_signature(local):
    assert unsigned(address(f"{local}@example.com"), KEYS, TODAY) is None


@given(LOCALS, st.integers(0, 40_000), st.integers(1, 30), st.integers(0, 9))
def test_whatever_is_signed_is_read_back_on_every_day_of_its_life_and_on_no_other(plain, day, lifetime, number):
    keys = keyed(number, lifetime)
    tagged = signed(plain, keys, day)
    if tagged == plain:
        return
    assert len(tagged.local.encode()) <= 64
    assert all(unsigned(tagged, keys, day + later) == plain for later in range(lifetime + 1))
    assert unsigned(tagged, keys, day + lifetime + 1) is None and unsigned(tagged, keys, day - 1) is None


@given(LOCALS, st.integers(0, 40_000))
def test_what_nobody_signed_is_read_as_none(written, day):
    found = unsigned(written, KEYS, day)
    assert found is None or signed(found, KEYS, day).local[9:15].isalnum()


def test_days_are_counted_in_universal_time():
    assert (day_of(0.0), day_of(86_399.9), day_of(1704103200.0)) == (0, 0, 19_723)


def test_keys_are_read_in_the_order_of_their_lines():
    text = "# of the year 2024\n\n2 a secret of many words\n  1\tcorrect horse battery \n"
    assert read_keys(text) == ((2, b"a secret of many words"), (1, b"correct horse battery"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no key"),
        ("# only this\n", "no key"),
        ("correct horse battery staple", "line 1: write a digit"),
        ("10 correct horse battery staple", "line 1: write a digit"),
        ("1 short", "line 1: .* 16 characters"),
        ("1 correct horse battery\n1 staple of staples and so on", "line 2: there is a key 1 already"),
        ("٣ correct horse battery staple", "line 1"),
    ],
)
def test_a_text_without_keys_is_refused_and_not_repeated(text, why):
    with pytest.raises(BadKeys, match=why) as raised:
        read_keys(text)
    assert "horse" not in str(raised.value) and "short" not in str(raised.value)
