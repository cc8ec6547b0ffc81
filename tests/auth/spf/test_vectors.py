"""The test suites of RFC 7208 and RFC 4408, each case: AUTHN-33. See the ORIGIN of the vectors.

Where the later RFC differs from the earlier one, the earlier suite allows either result, so that both hold as they are.
"""

import json
from ipaddress import ip_address
from pathlib import Path

import pytest

from gatepost.auth.spf.check import check_host
from tests.auth.zone import Zone

VECTORS = Path(__file__).parents[2] / "vectors" / "spf-openspf"


def cases(suite):
    return [
        pytest.param(case, group["zone"], id=case["name"])
        for group in json.loads((VECTORS / f"{suite}.json").read_text())
        for case in group["cases"]
    ]


async def agree(case, zone):
    found = await check_host(
        Zone(zone), ip_address(case["ip"]), case["helo"], case["sender"], receiver="mx.example.com", now=0.0
    )
    assert found.result.value in case["results"], found.problem
    assert found.explanation == case.get("explanation", found.explanation)


def test_the_suites_are_whole():
    assert (len(cases("rfc7208")), len(cases("rfc4408"))) == (203, 191)


@pytest.mark.parametrize(("case", "zone"), cases("rfc7208"))
async def test_authn_33_rfc_7208(case, zone):
    await agree(case, zone)


@pytest.mark.parametrize(("case", "zone"), cases("rfc4408"))
async def test_authn_33_rfc_4408(case, zone):
    await agree(case, zone)
