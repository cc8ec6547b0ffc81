"""Domains, against a part of Unicode's IdnaTestV2: ATTACKS PROTO-11, PROTO-16, DOS-13."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "idna" / "domains.json").read_text())
REFUSED_BY_US = ("trailing-dot", "not-idna2008")  # see tests/vectors/idna/ORIGIN.md
PIECES = st.text(st.sampled_from("aB1-._ üß\u3002\uff0e\uff21\u200d\u05d0\u0661\ud800\u202e\u00ad@[]xn"), max_size=16)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: ascii(vector["source"])[:40])
def test_unicode_agrees_on_the_a_labels(vector):
    wanted = vector["ascii"]
    if vector["deviation"] in REFUSED_BY_US or (vector["status"] and not vector["deviation"]):
        with pytest.raises(BadSyntax):
            domain(vector["source"])
    else:
        assert domain(vector["source"]) == wanted


@pytest.mark.parametrize(
    "text", ["BÜCHER.example", "bu\u0308cher.example", "XN--BCHER-KVA.EXAMPLE", "bücher\u3002example"]
)
def test_every_spelling_of_a_domain_is_the_same_value(text):
    assert domain(text) == "xn--bcher-kva.example"


@pytest.mark.parametrize("text", ["example.com.", "bücher.example.", "bücher.example\u3002", ".", "example.com.."])
def test_a_domain_that_ends_in_a_dot_is_refused(text):
    with pytest.raises(BadSyntax, match="misplaced dot"):
        domain(text)


@pytest.mark.parametrize(
    "text", ["", "a b", "a@b", "a/b", "a\x00b", "a\r\nb", "[", "[]", "a[192.0.2.1]", "ü b.example", "ü@b"]
)
def test_what_is_no_domain_is_refused(text):
    with pytest.raises(BadSyntax):
        domain(text)


def test_a_domain_of_255_octets_fits():
    fits = ".".join(["a" * 63] * 3 + ["b" * 63])
    assert len(fits) == 255 and domain(fits) == fits
    for too_long in (fits + "b", "ü." * 100 + "example"):
        with pytest.raises(BadSyntax, match="longer than 255"):
            domain(too_long)


@given(PIECES)
def test_a_domain_is_refused_or_canonical(text):
    try:
        name = domain(text)
    except BadSyntax:
        return
    assert name.isascii() and domain(name) == name
    assert name == name.lower() or name.startswith("[")
