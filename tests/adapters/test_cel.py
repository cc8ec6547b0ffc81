"""Conditions in CEL: what compiles, what is refused and how it is told, and what never harms."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.cel import SOURCE_LIMIT, CelExpressions
from gatepost.ports.expressions import BadExpression, ConditionFailed

FACTS = {
    "client.ip": str,
    "sender.domain": str,
    "sender.is_null": bool,
    "recipients": list,
    "message.size": int,
    "weight": float,
}
CODES = ("attachments.office_macro", "spf.pass", "recipient.unavailable")
KNOWN = {
    "client.ip": "192.0.2.99",
    "sender.domain": "example.net",
    "sender.is_null": False,
    "recipients": [f"r{i}@example.com" for i in range(100)],
    "message.size": 4096,
    "weight": 0.5,
    "spf.pass": True,
}


def compiled(source):
    return CelExpressions().compile(source, FACTS, CODES)


def holds(source, **more):
    return compiled(source)({**KNOWN, **more})


def refused(source):
    with pytest.raises(BadExpression) as caught:
        compiled(source)
    return str(caught.value)


@pytest.mark.parametrize(
    "source",
    [
        "spf.pass",
        "!attachments.office_macro",
        "spf.pass && sender.domain == 'example.net'",
        "sender.domain.endsWith('.net') && !sender.is_null",
        "message.size > 4095 && weight < 1.0",
        "size(recipients) == 100",
        "'r7@example.com' in recipients",
        "recipients.exists(r, r.startsWith('r99'))",
        "recipients.all(r, r.endsWith('@example.com'))",
        "client.ip.inNetwork('192.0.2.0/24')",
        "!client.ip.inNetwork('2001:db8::/32')",
        "sender.domain.matches('^[a-z.]+$')",
        "sender . domain == 'example.net' // a comment",
        "sender.domain in ['example.org', 'example.net']",
        "spf.pass ? true : false",
    ],
)
def test_what_holds(source):
    assert holds(source) is True


def test_a_code_is_true_only_where_it_was_found():
    assert holds("attachments.office_macro", **{"attachments.office_macro": True}) is True
    assert holds("attachments.office_macro") is False


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            "attachments.ofice_macro",
            "column 12: there is no fact or finding attachments.ofice_macro; did you mean attach",
        ),
        ("sender.domian == 'x'", "did you mean sender.domain"),
        ("sender == 'x'", "did you mean sender.domain or sender.is_null?"),
        ("zzz", "there is no fact or finding zzz; see docs/reference"),
        ("sender.domain == 1", "column 15: found no matching overload"),
        ("spf.pass &&\n message.size", "line 1, column 10: found no matching overload"),
        ("spf.pass &&", "column 12: Syntax error: mismatched input '<EOF>'"),
        ("", "Syntax error"),
        ("'open", "Syntax error"),
        ("message.size", "gives int, not true or false"),
        ("sender.domain", "gives string, not true or false"),
        ("dyn(true)", "gives dyn"),
        ("client.ip.inNetwork('192.0.2.1/24')", "inNetwork('192.0.2.1/24'): 192.0.2.1/24 has host bits set"),
        ('client.ip.inNetwork("nonsense")', "does not appear to be"),
        ("(" * 200 + "true" + ")" * 200, "nested too deeply"),
        ("x" * (SOURCE_LIMIT + 1), f"longer than {SOURCE_LIMIT} characters"),
    ],
)
def test_what_is_refused_at_start_up_and_how_it_is_told(source, says):
    told = refused(source)
    assert says in told
    assert "\n" not in told
    assert "INVALID_ARGUMENT" not in told


@pytest.mark.parametrize(
    "source",
    [
        "message.size / 0 == 1",
        "recipients[500] == 'x'",
        "int(sender.domain) == 1",
        "sender.domain.matches('(')",
        "client.ip.inNetwork(sender.domain)",
        "recipients.all(a, recipients.all(b, recipients.all(c, a != b + c)))",
    ],
)
def test_what_cannot_be_evaluated_is_neither_true_nor_false(source):
    with pytest.raises(ConditionFailed):
        holds(source)


def test_text_that_is_no_unicode_is_a_failed_condition():
    with pytest.raises(ConditionFailed):
        holds("sender.domain == 'x'", **{"sender.domain": "\ud800"})


def test_a_number_too_large_is_a_failed_condition():
    with pytest.raises(ConditionFailed):
        holds("message.size > 1", **{"message.size": 2**70})


def test_what_the_source_does_not_name_need_not_be_known():
    assert compiled("spf.pass")({"spf.pass": True}) is True


def test_an_expression_that_cannot_matter_is_not_evaluated():
    assert holds("spf.pass || message.size / 0 == 1") is True


PIECES = ["spf.pass", "sender.domain", "&&", "||", "!", "(", ")", "'", '"', "== 'x'", ".", "[", "]", "recipients",
          ".exists(r, r", "1", "/", " ", "\n", "\\", "é", "\0", "inNetwork", "?", ":"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_refused_fails_or_gives_a_bool(source):
    with suppress(BadExpression, ConditionFailed):
        assert holds(source) in (True, False)


@given(st.text(), st.booleans())
def test_any_text_of_a_client_is_compared_and_never_harms(text, null):
    condition = compiled("sender.domain == 'x' || sender.is_null")
    try:
        assert condition({**KNOWN, "sender.domain": text, "sender.is_null": null}) is (null or text == "x")
    except ConditionFailed:
        assert not text.isprintable()
