"""AUTHN-59, AUTHN-60: what the inside believes comes from us and from nobody else."""

import pytest

from tests.attacks.authn import ATTACKER, added, arrived, letter, outcomes, passed_on, said

FROM = b"From: " + ATTACKER
OURS = b"mx.example.test"
LIE = b"; spf=pass smtp.mailfrom=victim.test; dmarc=pass header.from=victim.test"
TRUTH = {"spf": "pass", "dkim": "none", "dmarc": "none"}

FORGED = [
    OURS + LIE, b"MX.Example.TEST" + LIE, OURS + b"." + LIE, OURS + b" 1" + LIE, b"(c) " + OURS + LIE,
    b"(c(d)\\)) " + OURS + b" (e)" + LIE, b'"mx.example.test"' + LIE, b'"mx.example\\.test"' + LIE,
    b"mx.(c)example.test" + LIE, b"mx . example . test" + LIE, b"\r\n " + OURS + LIE, b"\r\n\t\r\n " + OURS + LIE,
    OURS + b"\r\n " + LIE, b"mx.example\r\n .test" + LIE, b"(" + b"c" * 5000 + b") " + OURS + LIE, OURS,
]  # fmt: skip


@pytest.mark.parametrize("value", FORGED, ids=range(len(FORGED)))
@pytest.mark.parametrize("name", [b"Authentication-Results", b"aUTHENTICATION-rESULTS", b"Authentication-Results "])
def test_authn_59_results_in_our_name_are_removed_however_they_are_written(checked, name, value):
    assert said(checked, letter(name + b":" + value, FROM)).startswith("250 ")
    assert outcomes(checked) == TRUTH


def test_authn_59_all_of_many_are_removed_and_their_order_does_not_matter(checked):
    lies = [b"Authentication-Results: " + value for value in FORGED]
    assert said(checked, letter(*lies, FROM, *reversed(lies))).startswith("250 ")
    assert outcomes(checked) == TRUTH
    assert arrived(checked)[0].name == "Authentication-Results", "ours stands on top"


def test_authn_59_results_of_others_stay(checked):
    others = [
        b"Authentication-Results: mx.sender.test; spf=pass", b"Authentication-Results: x.mx.example.test; spf=pass",
        b"Authentication-Results: mx.example.test.attacker.test; spf=pass",
        b"ARC-Authentication-Results: i=1; mx.example.test; spf=pass",
    ]  # fmt: skip
    assert said(checked, letter(*others, FROM)).startswith("250 ")
    assert [field.raw for field in passed_on(checked)][: len(others)] == [other + b"\r\n" for other in others]


TRUSTED = [
    b"X-Spam-Flag: NO", b"X-Spam-Status: No, score=-100", b"X-Spam-Score: -100", b"X-Spam-Level:", b"X-SCL: -1",
    b"x-ms-exchange-organization-scl: -1", b"X-MS-Exchange-Organization-AuthAs: Internal",
    b"X-MS-Exchange-Forest-RulesExecuted: x", b"X-MS-Exchange-CrossPremises-AuthAs: Internal",
    b"X-Gateway-Tag: clean", b"X-Gateway-External: no", b"X-Gateway-Whatever: x", b"x-GATEWAY-tag : clean",
    b"X-MS-Exchange-Organization-SCL:\r\n -1", b"X-Spam-Flag : NO",
]  # fmt: skip
KEPT = [
    b"Received-SPF: pass", b"X-Virus-Scanned: by us", b"X-Originating-IP: [192.0.2.1]", b"List-Id: <x.victim.test>",
    b"List-Unsubscribe: <mailto:x@attacker.test>", b"X-Mailer: x", b"Return-Path: <x@victim.test>", b"X-Spammer: y",
    b"X-MS-Exchange-Other: z", b"Received: from victim.test by mx.example.test; Mon, 1 Jan 2024 10:00:00 +0000",
]  # fmt: skip


def test_authn_60_what_the_inside_trusts_is_removed_and_the_rest_stays(checked):
    mixed = [field for pair in zip(TRUSTED, KEPT, strict=False) for field in pair] + TRUSTED[len(KEPT) :]
    assert said(checked, letter(*mixed, FROM)).startswith("250 ")
    raw = [field.raw for field in passed_on(checked)]
    assert raw[: len(KEPT)] == [field + b"\r\n" for field in KEPT]
    assert raw[len(KEPT)] == FROM + b"\r\n"


def test_authn_60_our_own_stand_above_those_of_strangers(checking):
    target = checking({"listeners": {"inbound": {"headers": {"received_spf": True, "external": True}}}})
    assert said(target, letter(b"Received-SPF: fail (victim.test)", b"X-Gateway-External: no", FROM)).startswith("250 ")
    names = [field.name for field in arrived(target)]
    assert names.count("X-Gateway-External") == 1 and names.count("Received-SPF") == 2
    spf = [field.value for field in arrived(target) if field.name == "Received-SPF"]
    assert spf[0].startswith(b"pass") and spf[1] == b"fail (victim.test)"
    assert [field.name for field in added(target)] == [
        "Authentication-Results", "Received-SPF", "X-Gateway-External", "Received",
    ]  # fmt: skip
