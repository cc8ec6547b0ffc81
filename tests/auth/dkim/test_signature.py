"""DKIM-Signature fields: what they say, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.dkim.canonical import Form
from gatepost.auth.dkim.result import Algorithm, BadSignature, Reason
from gatepost.auth.dkim.signature import IDENTITY_LIMIT, NAMES_LIMIT, read_signature
from gatepost.model.message import Field

TAGS = {
    "v": "1", "a": "rsa-sha256", "d": "Example.COM", "s": "S1.mail", "h": "From : To:\r\n\tsubject", "bh": "YWJj",
    "b": "ZGVm",
}  # fmt: skip
PIECES = st.lists(
    st.sampled_from([
        "v=1", "; ", ";", "a=rsa-sha256", "a=", "d=example.com", "s=s1", "h=from", ":", "bh=YWJj", "b=YWJj", "i=@", "x",
        "@",
        "example.com", "\r\n ", " ", "l=5", "t=1", "x=9", "c=relaxed/", "simple", "q=dns/txt", "\xe9", "'", "\x00",
        "..",
    ]),
    max_size=24,
).map("".join)  # fmt: skip


def field(text):
    return Field("DKIM-Signature", f"DKIM-Signature: {text}\r\n".encode())


def of(**changed):
    tags = {name: value for name, value in {**TAGS, **changed}.items() if value is not None}
    return field(";\r\n\t".join(f"{name}={value}" for name, value in tags.items()))


def refused(**changed):
    with pytest.raises(BadSignature) as raised:
        read_signature(of(**changed), 0)
    return raised.value.reason


def test_a_signature_is_read():
    signature = read_signature(of(b="ZGVm\r\n Z2hp amts"), 3)
    assert (signature.place, signature.algorithm) == (3, Algorithm.RSA_SHA256)
    assert (signature.domain, signature.selector, signature.identity) == ("example.com", "s1.mail", "@example.com")
    assert (signature.signed, signature.body_hash) == (("from", "to", "subject"), b"abc")
    assert (signature.value, signature.start) == (b"defghijkl", "ZGVmZ2hp")
    assert (signature.header_form, signature.body_form) == (Form.SIMPLE, Form.SIMPLE)
    assert (signature.length, signature.time, signature.expires) == (None, None, None)


def test_what_may_be_left_out_is_read_too():
    signature = read_signature(
        of(c="relaxed", i="Ann @Mail.example.com", l="0", t="1", x="999999999999", q="x : dns/txt"), 0
    )
    assert (signature.header_form, signature.body_form) == (Form.RELAXED, Form.SIMPLE)
    assert signature.identity == "Ann@mail.example.com"
    assert (signature.length, signature.time, signature.expires) == (0, 1, 999999999999)


def test_stuffed_dots_are_no_part_of_a_field():
    raw = of().raw.replace(b"\r\n\t", b"\r\n.\t")
    assert read_signature(Field("DKIM-Signature", raw), 0).raw == of().raw


@pytest.mark.parametrize("name", TAGS)
def test_a_required_tag_is_missed(name):
    assert refused(**{name: None}) is Reason.MISSING_TAG


@pytest.mark.parametrize("version", ["", "2", "1.0", "01", "0.5"])
def test_there_is_one_version(version):
    assert refused(v=version) is Reason.VERSION


def test_what_is_not_implemented_is_neither_right_nor_wrong():
    assert refused(a="rsa-sha512") is refused(a="") is refused(a="RSA-SHA256") is Reason.UNKNOWN_ALGORITHM
    assert refused(c="nofws") is refused(c="relaxed/") is refused(c="") is refused(c="a/b/c") is Reason.UNKNOWN_FORM
    assert refused(q="dns") is refused(q="") is Reason.UNKNOWN_QUERY


def test_rsa_sha1_is_known_so_that_it_can_be_refused():
    assert read_signature(of(a="rsa-sha1"), 0).algorithm is Algorithm.RSA_SHA1


@pytest.mark.parametrize(
    "domain",
    [
        "", "com", "example..com", ".example.com", "example.com.", "[192.0.2.1]", "-a.example",
        "victim.com'a.attacker.com", 'a".example', "a(b).example", "a" * 64 + ".example", "a.example/b",
        "*.example.com",
    ],
)  # fmt: skip
def test_a_domain_is_a_domain(domain):
    assert refused(d=domain) is Reason.DOMAIN
    assert refused(i="x@" + domain) is Reason.IDENTITY


def test_no_white_space_stands_within_a_domain():
    assert refused(d="example .com") is refused(d="example\r\n .com") is Reason.DOMAIN


@pytest.mark.parametrize("selector", ["", ".", "a..b", "a b", "a.", "-a", "a'b", "a/b", "é\u2028", "a" * 64])
def test_a_selector_is_labels(selector):
    assert refused(s=selector) is Reason.SELECTOR


@pytest.mark.parametrize("selector", ["2024", "s_1", "a.b.c", "k1-x"])
def test_selectors_as_they_are_in_use_are_read(selector):
    assert read_signature(of(s=selector), 0).selector == selector


def test_u_labels_become_a_labels():
    signature = read_signature(of(d="Bücher.example", s="über", i="ä@x.bücher.example"), 0)
    assert (signature.domain, signature.selector) == ("xn--bcher-kva.example", "xn--ber-goa")
    assert signature.identity == "ä@x.xn--bcher-kva.example"


def test_an_identity_has_an_at_and_is_bounded():
    assert refused(i="example.com") is Reason.IDENTITY
    assert refused(i="a" * IDENTITY_LIMIT + "@example.com") is Reason.IDENTITY
    assert read_signature(of(i='"a@b"@example.com'), 0).identity == '"a@b"@example.com'


@pytest.mark.parametrize("name", ["b", "bh"])
@pytest.mark.parametrize("value", ["", "A", "YWJ", "YW=J", "YWJj=", "=YWJj", "YW*j", "YWJj YQ", "YW\u2003Jj", "YWJjé"])
def test_base64_is_strict_but_for_folds(name, value):
    assert refused(**{name: value}) is Reason.BASE64


@pytest.mark.parametrize("names", ["from to", "from;to", "fröm", "from:s\u212aip", "a\tb"])
def test_names_are_names(names):
    assert refused(h=names) in (Reason.NAMES, Reason.TAGS)


def test_an_empty_name_signs_nothing():
    assert read_signature(of(h="from::to:"), 0).signed == ("from", "", "to", "")
    assert read_signature(of(h=""), 0).signed == ("",)


def test_authn_47_a_list_of_5000_names_is_refused():
    assert refused(h=":".join(["from"] * 5000)) is Reason.MANY_NAMES
    assert refused(h=":".join(["from"] * (NAMES_LIMIT + 1))) is Reason.MANY_NAMES
    assert len(read_signature(of(h=":".join(["from"] * NAMES_LIMIT)), 0).signed) == NAMES_LIMIT


@pytest.mark.parametrize("name", ["t", "x", "l"])
@pytest.mark.parametrize("number", ["", "-1", "1.0", "0x1", "1 2", "٣", "9" * 77])
def test_numbers_are_digits(name, number):
    assert refused(**{name: number}) is Reason.NUMBER


def test_a_field_that_is_no_list_of_tags_is_refused():
    for text in ("", "v=1; v=1", "v=1;;", "just text"):
        with pytest.raises(BadSignature) as raised:
            read_signature(field(text), 0)
        assert raised.value.reason is Reason.TAGS


@given(PIECES)
def test_whatever_comes_is_read_or_refused_with_a_reason(text):
    try:
        signature = read_signature(field(text), 0)
    except BadSignature as error:
        assert isinstance(error.reason, Reason)
        return
    for name in (signature.domain, signature.selector):
        assert name.isascii() and name.isprintable() and name == name.lower() and not set(name) & set("'\"; /\\")
    assert signature.identity.rpartition("@")[2].isascii() and len(signature.identity) <= IDENTITY_LIMIT + 100
    assert signature.start.isalnum() or set(signature.start) & set("+/=")
