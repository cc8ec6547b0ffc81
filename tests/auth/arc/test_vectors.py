"""The validation and signing suites of ValiMail (tests/vectors/arc-valimail)."""

import json
from pathlib import Path

import pytest

from gatepost.auth.arc.chain import ArcReason, ArcResult
from gatepost.auth.arc.seal import seal
from gatepost.auth.arc.validate import validate
from gatepost.auth.dkim.sign import Signer
from gatepost.auth.tags import read_tags
from tests.auth.arc.relays import body_digest
from tests.auth.dkim.workshop import answer, letter, record, rsa_key
from tests.auth.zone import Zone

VECTORS = Path(__file__).parents[2] / "vectors" / "arc-valimail"
VALIDATION = json.loads((VECTORS / "validation.json").read_text())
SIGNING = json.loads((VECTORS / "signing.json").read_text())
NOW = 12350  # the suites sign at the end of the first day of 1970


def octets(case):
    return case["message"].replace("\n", "\r\n").encode()


def chain(case, dns):
    return answer(validate(dns, letter(octets(case)), NOW))


def test_authn_52_there_are_171_cases():
    assert len(VALIDATION["cases"]) == 171


@pytest.mark.parametrize("case", VALIDATION["cases"], ids=lambda case: case["name"])
def test_authn_52_a_chain_is_as_the_suite_says(case):
    dns = Zone({name: {"TXT": [VALIDATION["keys"][name]]} for name in case["keys"]})
    found = chain(case, dns)
    if case["cv"] == "":  # the draft let a chain end without a result; RFC 8617 §5.2 calls it failed
        assert found.result is ArcResult.FAIL and found.reason in (ArcReason.ENDED, ArcReason.STATUS)
    else:
        assert found.result.value == case["cv"]


def signing_zone():
    """The suite's key verifies the sets that are there; ours, under another selector, the one we add."""
    names = {name: {"TXT": [text.replace("\n", "")]} for name, text in SIGNING["keys"].items()}
    return Zone({**names, f"ours._domainkey.{SIGNING['domain']}": {"TXT": [record(rsa_key())]}})


@pytest.mark.parametrize("case", SIGNING["cases"], ids=lambda case: case["name"])
def test_a_set_is_sealed_as_the_suite_says(case):
    """But for what depends on the key and on the spelling of fields: selector and b=."""
    dns = signing_zone()
    before = chain(case, dns)
    signer = Signer(
        key=rsa_key(), domain=SIGNING["domain"], selector="ours", signed=tuple(case["sign"].split(":")), oversigned=()
    )
    results = case["AAR"].partition(";")[2].strip().replace("\n", "\r\n ")
    made = seal(signer, letter(octets(case)).header, body_digest(octets(case)), before, results, case["t"])
    if not case["AS"]:
        assert made == ()
        return
    sealed, message, found = [field.partition(b":")[2] for field in made]
    assert fixed(read_tags(sealed)) == fixed(read_tags(case["AS"].replace("\n", "\r\n ").encode()))
    assert fixed(read_tags(message)) == fixed(read_tags(case["AMS"].replace("\n", "\r\n ").encode()))
    assert found.decode().split() == case["AAR"].split()
    after = answer(validate(dns, letter(b"".join(made) + octets(case)), NOW))
    assert after.result is (ArcResult.FAIL if before.result is ArcResult.FAIL else ArcResult.PASS)


def fixed(tags):
    names = sorted(tags.get("h", "").split(":"))
    return {**{name: value for name, value in tags.items() if name not in ("b", "s", "h")}, "h": names}
