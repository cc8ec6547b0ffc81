"""Signed messages of RFC 6376 and RFC 8463, and real ones (tests/vectors/dkim-rfc)."""

import json
from pathlib import Path

import pytest

from gatepost.auth.dkim.result import Reason
from gatepost.auth.dkim.verify import verify
from tests.auth.dkim.workshop import answer, letter
from tests.auth.zone import Zone

CASES = json.loads((Path(__file__).parents[2] / "vectors" / "dkim-rfc" / "messages.json").read_text())


def results(case, message):
    dns = Zone({name: {"TXT": [text]} for name, text in case["keys"].items()})
    octets = message.replace("\n", "\r\n").encode()
    return answer(verify(dns, letter(octets), case["now"], is_public_suffix=lambda domain: "." not in domain))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_signed_message_verifies(case):
    found = results(case, case["message"])
    assert [result.reason for result in found] == [Reason.VERIFIED] * case["message"].count("DKIM-Signature:")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_changed_one_does_not(case):
    assert {result.reason for result in results(case, case["message"] + "more\n")} == {Reason.BODY}
    changed = case["message"].replace("\nSubject: ", "\nSubject: Re: ")
    assert {result.reason for result in results(case, changed)} == {Reason.SIGNATURE}


def test_authn_45_ed25519_of_rfc_8463_passes():
    rfc_8463 = CASES[0]
    assert [result.key_bits for result in results(rfc_8463, rfc_8463["message"])] == [256, 1024]
