"""Key records: what they give, and what a key may not be used for."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim import key as module
from gatepost.auth.dkim.key import RECORD_LIMIT, holds, is_for, keys_of, read_key, reason_against
from gatepost.auth.dkim.result import Algorithm, BadSignature, DkimLimits, Reason
from gatepost.auth.dkim.signature import read_signature
from gatepost.model.message import Field
from tests.auth.dkim import workshop
from tests.auth.dkim.workshop import DOMAIN, answer, ed25519_key, record, rsa_key, rsa_record, zone
from tests.auth.zone import Zone

P = f"p={workshop.text64(workshop.der(rsa_key()))}"
LIMITS = DkimLimits()
PIECES = st.lists(
    st.sampled_from([
        "v=DKIM1", "; ", ";", "k=rsa", "k=ed25519", "p=", P, P[:80], "h=sha256", ":", "sha1", "s=email", "*", "t=y",
        "s", "g=", " ", "n=x", "=", "AAAA", "MIG", "\xe9", "\x00", "\r\n",
    ]),
    max_size=12,
).map("".join)  # fmt: skip


def read(text):
    return read_key(text.encode())


def refused(text):
    with pytest.raises(BadSignature) as raised:
        read(text)
    return raised.value.reason


def signature(identity="@example.com", algorithm="rsa-sha256"):
    text = f"v=1; a={algorithm}; d=example.com; s=s1; h=from; bh=YWJj; b=YWJj; i={identity}"
    return read_signature(Field("DKIM-Signature", f"DKIM-Signature: {text}\r\n".encode()), 0)


def against(text, limits=LIMITS, **of):
    return reason_against(read(text), signature(**of), limits)


def test_an_rsa_key_is_read_in_either_of_its_two_forms():
    numbers = rsa_key().public_key().public_numbers()
    for text in (record(rsa_key()), rsa_record(numbers.n)):
        key = read(text)
        assert (key.bits, key.exponent, key.public.public_numbers()) == (1024, 65537, numbers)
        assert (key.hashes, key.services, key.local_parts) == (None, ("*",), "*")
        assert not (key.is_testing or key.is_strict)


def test_an_ed25519_key_is_read():
    key = read(record(ed25519_key()))
    assert key.bits == 256 and key.public == ed25519_key().public_key()


def test_white_space_in_the_key_and_unknown_tags_mean_nothing():
    assert read(f"x=y; n=some note; p= {P[2:50]} {P[50:]}").bits == 1024


@pytest.mark.parametrize(
    "text",
    [
        "", "v=DKIM1", "k=rsa", "v=spf1 -all", f"v=DKIM2; {P}", f"{P}; v=DKIM1", f"v=dkim1; {P}", f"{P}; {P}", "p=AAAA",
        "p=A", "p=MIG%", f"k=ed25519; {P}", "k=ed25519; p=AAAA", f"v=DKIM1;; {P}", f"{P}=", f"v=DKIM1 {P}",
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(text):
    assert refused(text) is Reason.BAD_KEY


def test_keys_of_another_kind_are_refused():
    curve = ec.generate_private_key(ec.SECP256R1())
    assert refused(f"p={workshop.text64(workshop.der(curve))}") is Reason.BAD_KEY
    assert refused(f"p={workshop.text64(workshop.der(ed25519_key()))}") is Reason.BAD_KEY
    assert refused(f"k=dsa; {P}") is Reason.OTHER_ALGORITHM


def test_a_record_over_the_limit_is_not_read():
    assert refused(P + "; n=" + "x" * RECORD_LIMIT) is Reason.LONG_KEY


def test_an_empty_key_is_a_revoked_one():
    assert read("v=DKIM1; p=").public is None
    assert against("v=DKIM1; p=") is Reason.REVOKED


def test_a_good_key_may_be_used():
    assert against(record(rsa_key())) is against(record(ed25519_key()), algorithm="ed25519-sha256") is None


def test_a_key_is_for_its_algorithm():
    assert against(record(ed25519_key())) is Reason.OTHER_ALGORITHM
    assert against(record(rsa_key()), algorithm="ed25519-sha256") is Reason.OTHER_ALGORITHM
    assert against(record(rsa_key()), algorithm="rsa-sha1") is Reason.SHA1
    assert against(record(ed25519_key()), algorithm="rsa-sha1") is Reason.SHA1


def test_a_key_is_for_its_hashes():
    assert against(f"h=sha1; {P}") is against(f"h=; {P}") is Reason.OTHER_HASH
    assert against(f"h=sha1 : sha256; {P}") is None


def test_a_key_is_for_its_services():
    assert against(f"s=tlsrpt; {P}") is against(f"s=; {P}") is Reason.OTHER_SERVICE
    assert against(f"s=tlsrpt:email; {P}") is against(f"s=*; {P}") is None


def test_a_strict_key_is_not_for_subdomains():
    assert against(f"t=y:s; {P}", identity="a@mail.example.com") is Reason.STRICT
    assert against(f"t=s; {P}", identity="a@example.com") is None


@pytest.mark.parametrize(
    ("local_parts", "local", "yes"),
    [
        ("*", "", True), ("*", "ann", True), ("ann", "ann", True), ("ann", "Ann", False), ("ann", "", False),
        ("", "", True), ("", "ann", False), ("news-*", "news-1", True), ("news-*", "ann", False), ("a*n", "ann", True),
        ("an*nn", "ann", False), ("a*n*x", "ann*x", True),
    ],
)  # fmt: skip
def test_a_key_of_rfc_4871_is_for_its_local_parts(local_parts, local, yes):
    assert is_for(local_parts, local) is yes


def test_an_empty_g_means_none_in_dkim_and_all_in_domainkeys():
    assert against(f"v=DKIM1; g=; {P}", identity="ann@example.com") is Reason.OTHER_LOCAL_PART
    assert against(f"g=; {P}", identity="ann@example.com") is None


def test_the_size_of_a_key_has_bounds():
    modulus = {bits: (1 << (bits - 1)) | 1 for bits in (512, 768, 1023, 1024, 4096, 4104, 16384)}
    assert against(rsa_record(modulus[512])) is against(rsa_record(modulus[1023])) is Reason.SHORT_KEY
    assert against(rsa_record(modulus[1024])) is against(rsa_record(modulus[4096])) is None
    assert against(rsa_record(modulus[4104])) is against(rsa_record(modulus[16384])) is Reason.LONG_KEY
    assert against(rsa_record(modulus[1024]), DkimLimits(shortest=2048)) is Reason.SHORT_KEY


@pytest.mark.parametrize("exponent", [0, 1, 2])
def test_an_exponent_that_makes_no_key_makes_no_key(exponent):
    assert refused(rsa_record((1 << 1023) | 1, exponent)) is Reason.BAD_KEY


@pytest.mark.parametrize("exponent", [4, 65536, 2**32 + 1, (1 << 1000) | 1])
def test_an_exponent_that_is_even_or_long_is_refused(exponent):
    try:
        reason = against(rsa_record((1 << 1023) | 1, exponent))
    except BadSignature as error:
        reason = error.reason
    assert reason in (Reason.EXPONENT, Reason.BAD_KEY)


def test_keys_are_found_under_their_selector():
    dns = zone(s1=record(rsa_key()))
    assert [key.bits for key in answer(keys_of(dns, DOMAIN, "s1"))] == [1024]
    assert dns.asked == [("TXT", "s1._domainkey.example.com")]


def reason_of_zone(dns):
    with pytest.raises(BadSignature) as raised:
        answer(keys_of(dns, DOMAIN, "s1"))
    return raised.value.reason


def test_where_there_is_no_key_there_is_a_reason():
    assert reason_of_zone(zone(s2="x")) is Reason.NO_KEY
    assert reason_of_zone(zone(s1=[])) is Reason.NO_KEY
    assert reason_of_zone(zone(s1="v=spf1 -all")) is Reason.BAD_KEY
    assert reason_of_zone(Zone({"s1._domainkey.example.com": {"TIMEOUT": True}})) is Reason.NO_ANSWER


def test_texts_that_are_no_keys_do_not_hide_one():
    dns = zone(s1=["v=spf1 -all", record(rsa_key()), "verification=1"])
    assert len(answer(keys_of(dns, DOMAIN, "s1"))) == 1


def test_of_many_keys_under_one_name_few_are_tried():
    assert len(answer(keys_of(zone(s1=[record(rsa_key())] * 9), DOMAIN, "s1"))) == module.KEYS_LIMIT


def test_texts_behind_the_tenth_are_not_looked_at():
    assert reason_of_zone(zone(s1=["junk"] * 10 + [record(rsa_key())])) is Reason.BAD_KEY


def test_a_name_too_long_for_a_query_has_no_key():
    dns = zone(s1=record(rsa_key()))
    with pytest.raises(BadSignature) as raised:
        answer(keys_of(dns, DOMAIN, ".".join(["a" * 60] * 4)))
    assert raised.value.reason is Reason.NO_KEY and not dns.asked


def test_a_record_is_parsed_once():
    text = record(rsa_key(), "v=DKIM1; n=once").encode()
    assert read_key(text) is read_key(bytes(bytearray(text)))


@pytest.mark.parametrize("key", [rsa_key(), ed25519_key()], ids=["rsa", "ed25519"])
def test_a_signature_holds_over_its_digest_alone(key):
    digest = workshop.hashlib.sha256(b"signed").digest()
    value = workshop.signature(key, b"signed")
    assert holds(key.public_key(), digest, value)
    assert not holds(key.public_key(), digest[::-1], value)
    assert not any(
        holds(key.public_key(), digest, bad) for bad in (b"", value[:-1], value + b"x", value[::-1], bytes(5000))
    )


def test_there_is_no_key_type_for_sha1():
    assert Algorithm.RSA_SHA1 not in module.KEYS_BY_ALGORITHM


@given(PIECES)
def test_whatever_a_text_says_it_is_a_key_or_refused(text):
    try:
        key = read(text)
    except BadSignature as error:
        assert error.reason in (Reason.BAD_KEY, Reason.OTHER_ALGORITHM)
        return
    assert (key.public is None) == (key.bits == 0)
    reason = reason_against(key, signature(), DkimLimits())
    assert reason is None or isinstance(reason, Reason)
