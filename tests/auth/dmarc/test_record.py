"""DMARC policy records: RFC 9989 §4.7, §4.8, appendix B; ATTACKS AUTHN-55, AUTHN-57, AUTHN-58."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dmarc.record import (
    ADDRESSES_LIMIT,
    RECORD_LIMIT,
    Alignment,
    FailureOption,
    Policy,
    PublicSuffix,
    Record,
    ReportAddress,
    read_record,
)
from gatepost.syntax.address import address

FEEDBACK = ReportAddress(address("dmarc-feedback@example.com"))
THIRD_PARTY = address("tld-test@thirdparty.example.net")
PIECES = st.lists(
    st.sampled_from((
        b"v=DMARC1", b";", b"; ", b"p=", b"sp=", b"np=", b"none", b"reject", b"t=y", b"psd=", b"y", b"rua=", b"ruf=",
        b"mailto:a@b.example", b"!10m", b",", b"fo=", b"0:1", b"d", b"=", b" ", b"\x00", b"\xff", b"adkim=s", b"%40",
    )),
    max_size=14,
).map(b"".join)  # fmt: skip


def read(text):
    return read_record(text.encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=DMARC1; p=none", Record(p=Policy.NONE)),
        ("v=DMARC1; p=none;", Record(p=Policy.NONE)),
        ("v=DMARC1;p=reject", Record(p=Policy.REJECT)),
        ("v=DMARC1; p=Reject; SP=NONE", Record(p=Policy.REJECT, sp=Policy.NONE)),
        ("v=DMARC1; sp=none; p=reject", Record(p=Policy.REJECT, sp=Policy.NONE)),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com",
            Record(p=Policy.NONE, rua=(FEEDBACK,)),
        ),
        (
            "v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; ruf=mailto:tld-test@thirdparty.example.net",
            Record(p=Policy.NONE, rua=(FEEDBACK,), ruf=(ReportAddress(THIRD_PARTY),)),
        ),
        (
            "v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,mailto:tld-test@thirdparty.example.net; t=y",
            Record(p=Policy.QUARANTINE, rua=(FEEDBACK, ReportAddress(THIRD_PARTY)), testing=True),
        ),
        (
            "v=DMARC1; p=reject; sp=quarantine; np=None; aspf=s; adkim=s; fo = 1;rua=mailto:dmarc-feedback@example.com",
            Record(
                p=Policy.REJECT, sp=Policy.QUARANTINE, np=Policy.NONE, aspf=Alignment.STRICT, adkim=Alignment.STRICT,
                fo=(FailureOption.ANY_FAILS,), rua=(FEEDBACK,),
            ),
        ),
        (
            "V = DMARC1 ; P = reject ;\tSP=none; unknown \t=\t ignored-future-value \t ; adkim=s; aspf=s; "
            "rua=mailto:dmarc-feedback@example.com  ,\t\tmailto:tld-test@thirdparty.example.net!10m; RI = 123; "
            "FO = 1:d:s ; Pct = 0",
            Record(
                p=Policy.REJECT, sp=Policy.NONE, adkim=Alignment.STRICT, aspf=Alignment.STRICT,
                rua=(FEEDBACK, ReportAddress(THIRD_PARTY, 10 * 2**20)),
                fo=(FailureOption.ANY_FAILS, FailureOption.DKIM, FailureOption.SPF),
            ),
        ),
        ("v=DMARC1; p=none; psd=y", Record(p=Policy.NONE, psd=PublicSuffix.YES)),
        ("v=DMARC1; p=none; psd=n", Record(p=Policy.NONE, psd=PublicSuffix.NO)),
        ("v=DMARC1; p=none; psd=u; t=n; fo=d:s", Record(p=Policy.NONE, fo=(FailureOption.DKIM, FailureOption.SPF))),
    ],
)  # fmt: skip
def test_a_record_is_read(text, record):
    assert read(text) == record


@pytest.mark.parametrize(
    "text",
    [
        "", "v=", "v=DMARC12; p=none", "v=DMARC; p=none", "v=dmarc1; p=none", "v=DMARC1 p=none", "p=none; v=DMARC1",
        "v=spf1 -all", ";v=DMARC1", "DMARC1", "x v=DMARC1; p=none", "v=DMARC1\x00; p=none", "v\x00=DMARC1; p=none",
        "v=DMARC1\n; p=none",
    ],
)  # fmt: skip
def test_what_does_not_begin_with_the_version_is_no_record(text):
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["v=DMARC1", "v=DMARC1;", "v=DMARC1; p=", "v=DMARC1; p=bogus", "v=DMARC1; sp=reject", "v=DMARC1; p=reject; sp=bad",
     "v=DMARC1; p=reject; np=bad", "v=DMARC1; p=none; p=reject", "v=DMARC1; p=reject; rua=mailto:x; sp=x"],
)  # fmt: skip
def test_AUTHN_55_without_a_valid_policy_nothing_applies(text):
    record = read(text)
    assert record is not None and (record.p, record.sp, record.np) == (None, None, None)


@pytest.mark.parametrize(
    "text", ["v=DMARC1", "v=DMARC1; sp=reject", "v=DMARC1; p=x", "v=DMARC1; p=reject; sp=x", "v=DMARC1; p=reject; np=x"]
)
def test_AUTHN_55_with_a_report_address_the_policy_is_none(text):
    record = read(f"{text}; rua=mailto:dmarc-feedback@example.com")
    assert (record.p, record.sp, record.np) == (Policy.NONE, None, None)


@pytest.mark.parametrize(
    ("text", "discarded"),
    [
        ("adkim=x", ("adkim",)), ("aspf=rs", ("aspf",)), ("t=x", ("t",)), ("psd=x", ("psd",)), ("fo=01", ("fo",)),
        ("fo=0:1", ("fo",)), ("fo=d:d", ("fo",)), ("fo=", ("fo",)), ("rua=", ("rua",)), ("rua=bogus", ("rua",)),
        ("rua=https://example.com/", ("rua",)), ("t=y; t=y", ("t",)), ("t=y\x00", ("t",)), ("adkim=\xff", ("adkim",)),
    ],
)  # fmt: skip
def test_an_error_spoils_its_own_tag_only(text, discarded):
    assert read(f"v=DMARC1; p=reject; {text}") == Record(p=Policy.REJECT, discarded=discarded)


@pytest.mark.parametrize("text", ["bogus", ";;;", "=", "x=", "pct=200", "rf=?", "ri=-1", "é"])
def test_what_is_no_known_tag_is_passed_over(text):
    assert read(f"v=DMARC1; {text}; p=reject").p is Policy.REJECT


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("mailto:a@b.example", ReportAddress(address("a@b.example"))),
        ("MAILTO:a@b.example", ReportAddress(address("a@b.example"))),
        ("mailto:a%2Bc@b.example", ReportAddress(address("a+c@b.example"))),
        ("mailto:a@b.example?subject=x", ReportAddress(address("a@b.example"))),
        ("mailto:a@b.example!5", ReportAddress(address("a@b.example"), 5)),
        ("mailto:a@b.example!2k", ReportAddress(address("a@b.example"), 2048)),
        ("mailto:a@b.example ! 1G", ReportAddress(address("a@b.example"), 2**30)),
    ],
)
def test_a_report_address_is_read(uri, found):
    assert read(f"v=DMARC1; rua={uri}").rua == (found,)


@pytest.mark.parametrize(
    "uri",
    ["a@b.example", "mailto:", "mailto:b.example", "mailto:a@b.example!", "mailto:a@b.example!5p", "mailto:a@b@c",
     "mailto:a@b.example!99999999999999999999", "mailto:a%0d%0ab@b.example", "mailto:a%ff@b.example",
     "mailto:a@b.example%00"],
)  # fmt: skip
def test_AUTHN_57_what_is_no_report_address_is_none(uri):
    assert read(f"v=DMARC1; p=none; rua={uri}").rua == ()


def test_AUTHN_57_of_many_report_addresses_the_first_few_count():
    uris = ",".join(f"mailto:a{number}@b.example" for number in range(10))
    assert [a.address.local for a in read(f"v=DMARC1; rua={uris}").rua] == [f"a{n}" for n in range(ADDRESSES_LIMIT)]


def test_AUTHN_58_a_giant_record_is_none():
    assert read("v=DMARC1; p=reject; x=" + "a" * RECORD_LIMIT) is None
    assert read_record(b"v=DMARC1;" + bytes(65_536)) is None


@given(PIECES)
def test_AUTHN_58_any_octets_are_read_to_a_record_or_none(octets):
    record = read_record(octets)
    if record is None:
        return
    assert octets.lstrip().lower().startswith(b"v") and len(record.rua) <= ADDRESSES_LIMIT
    assert record.p is not None or not (record.rua or record.sp or record.np)
    assert len(record.discarded) == len(set(record.discarded))
