"""Whose results a field claims to hold, and what it says: RFC 8601 §2.2, appendix B; ATTACKS AUTHN-59."""

import re

import authres
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.results import MethodResult, Property
from gatepost.auth.results_reader import FIELD_LIMIT, AuthenticationResults, claims, read_results
from gatepost.model.message import Field
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.field_text import plain_value

OURS = "mx.example.com"
PIECES = st.lists(
    st.sampled_from((
        b"mx.example.com", b"MX", b".", b"example.com", b"spf", b"=", b"pass", b"fail", b";", b" ", b"\t", b"(", b")",
        b'"', b"\\", b"1", b"/", b"none", b"smtp", b"mailfrom", b"reason", b"@", b"\xff", "é".encode(), b"\x00",
        b"\r\n ",
    )),
    max_size=16,
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        b"mx.example.com; spf=pass", b"mx.example.com;spf=pass", b"mx.example.com 1; spf=pass", b" MX.Example.COM ;x",
        b"mx.example.com.; spf=pass", b"mx.example.com", b'"mx.example.com"; spf=pass', b'"mx.example\\.com"; spf=pass',
        b"(c) mx.example.com; spf=pass", b"(c(d)\\)) mx.example.com (e); x", b"mx.example.com(c); x",
        b"\tmx.example.com\t; x", b"mx.(c)example.com; x", b"mx . example . com; x", b'mx."example".com; x',
        b'"mx.example.com;x"; spf=pass', b'"mx.example.com(x"; spf=pass', b"mx.example.com 12; x",
        b'(";") mx.example.com; x', b"((((((((((((((((((((()))))))))))))))))))))mx.example.com;", b"mx\\.example.com;",
        b'"mx\\\\.example.com"; spf=pass', b'"mx.example.com"1; spf=pass', b'"mx.example.com\\" x; y',
        b"mx.example.com\xa0; x",
        b"(" + b"c" * 5000 + b") mx.example.com; spf=pass", b" " * 5000 + b"mx.example.com; spf=pass",
    ],
)  # fmt: skip
def test_AUTHN_59_no_trick_hides_that_results_claim_to_be_ours(value):
    assert claims(value, OURS) and claims(value, "MX.example.com.")


@pytest.mark.parametrize(
    "value",
    [
        b"mx.example.net; spf=pass", b"", b"; mx.example.com", b"other; x=mx.example.com", b"(mx.example.com) other; x",
        b"mx.example.com.attacker.example; x", b"amx.example.com; x", b"mx.example; x", b'"mx.example.com x"; y',
    ],
)  # fmt: skip
def test_results_of_others_are_theirs(value):
    assert claims(value, OURS) == (value == b'"mx.example.com x"; y')  # its first word, to who knows no quotes


def test_an_id_may_be_said_in_unicode():
    assert claims("mx.bücher.example; x".encode(), "mx.xn--bcher-kva.example")
    assert not claims("mx.bücher\u202e.example; x".encode(), "mx.xn--bcher-kva.example")


@pytest.mark.parametrize("fold", [b"\r\n ", b"\r\n\t\r\n ", b"\r\n. ", b"\r\n.\t(c)\r\n. "])
def test_AUTHN_59_no_fold_hides_it_stuffed_ones_included(fold):
    forged = Field("authentication-results", b"authentication-results:" + fold + b"mx.example.com; dmarc=pass\r\n")
    assert claims(plain_value(forged), OURS)


@pytest.mark.parametrize(
    ("value", "results"),
    [
        ("example.org 1; none", ()),
        ("example.com; none", ()),
        (
            "example.com;\r\n spf=pass smtp.mailfrom=example.net",
            (MethodResult("spf", "pass", properties=(Property("smtp", "mailfrom", "example.net"),)),),
        ),
        (
            "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=a.example",
            (
                MethodResult("auth", "pass", "", (Property("smtp", "auth", "sender@example.net"),), "cram-md5"),
                MethodResult("spf", "pass", "", (Property("smtp", "mailfrom", "a.example"),)),
            ),
        ),
        (
            "example.com;\r\n dkim=pass reason=\"good signature\"\r\n header.i=@mail-router.example.net;\r\n"
            " dkim=fail reason=bad header.i=@newyork.example.com",
            (
                MethodResult("dkim", "pass", "good signature", (Property("header", "i", "@mail-router.example.net"),)),
                MethodResult("dkim", "fail", "bad", (Property("header", "i", "@newyork.example.com"),)),
            ),
        ),
        (
            "foo.example.net (foobar) 1 (baz);\r\n"
            " dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
            "   policy (A dot can go here) . (like that) expired\r\n"
            "   (this surprised me) = (as I wasn't expecting it) 1362471462",
            (
                MethodResult("dkim", "fail", "", (Property("policy", "expired", "1362471462"),),
                             "Because I like it One yay wait for it A dot can go here like that this surprised me "
                             "as I wasn't expecting it"),
            ),
        ),
        ('a; spf=fail smtp.mailfrom="a b"@c.example', (
            MethodResult("spf", "fail", "", (Property("smtp", "mailfrom", '"a b"@c.example'),)),)),
        ("a; spf=pass;", (MethodResult("spf", "pass"),)),
    ],
)  # fmt: skip
def test_a_field_is_read(value, results):
    assert read_results(value.encode()).results == results


def test_the_id_is_as_it_was_sent():
    assert read_results(b'(c) "mx\\.A" 1; none') == AuthenticationResults("mx.A", ())


@pytest.mark.parametrize(
    "value",
    [
        b"", b";", b'""; none', b"a; ;", b"a; spf", b"a; spf=", b"a; =pass", b"a; spf=pass smtp", b"a; spf=pass smtp.x",
        b"a; (",
        b"a; spf=pass smtp.x=", b'a; spf=pass smtp.x="b', b"a b; none", b"a; spf=pass )", b"a; none x=y", b"a; x/y=z",
        b"a" * (FIELD_LIMIT + 1), b"a; " + b"(" * 100 + b")" * 100, b"a" + b"; spf=pass" * 101,
        b"a; spf=pass" + b" smtp.x=y" * 51,
    ],
)  # fmt: skip
def test_what_is_not_by_the_grammar_is_refused(value):
    with pytest.raises(BadSyntax) as refused:
        read_results(value)
    assert refused.value.reason.isascii()


@given(PIECES)
def test_any_octets_are_read_or_refused(value):
    try:
        found = read_results(value)
    except BadSyntax:
        return
    assert found.authserv_id and all(result.method for result in found.results)
    if re.fullmatch(r"[\w.-]+", found.authserv_id, re.ASCII):
        assert claims(value, found.authserv_id)


@given(
    st.lists(st.tuples(st.sampled_from(["spf", "dkim"]), st.text(st.sampled_from("ab.1 ;()/"), min_size=1)), max_size=3)
)
def test_what_authres_writes_is_read(said):
    results = [
        authres.AuthenticationResult(
            method, result="pass", properties=[authres.AuthenticationResultProperty("smtp", "x", value)]
        )
        for method, value in said
    ]
    text = str(authres.AuthenticationResultsHeader(authserv_id=OURS, results=results))
    found = read_results(text.partition(":")[2].encode())
    assert [(r.method, r.result, r.properties[0].value) for r in found.results] == [
        (method, "pass", value) for method, value in said
    ]
