"""Which texts are records: AUTHN-37."""

import pytest

from gatepost.auth.spf.select import pra_records, spf_records


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (b"v=spf1", True),
        (b"v=spf1 ", True),
        (b"V=SpF1 -all", True),
        (b"v=spf1 \xff", True),
        (b"v=spf10", False),
        (b"v=spf1\t-all", False),
        (b"v=spf1;-all", False),
        (b" v=spf1 -all", False),
        (b"\xef\xbb\xbfv=spf1 -all", False),
        (b"v=spf2 -all", False),
        (b"spf2.0/pra -all", False),
        (b"", False),
        (b"v=spf1 " + b"x" * 65529, True),
    ],
)
def test_authn_37_a_record_begins_with_its_version_and_a_space(text, is_one):
    assert spf_records((b"other", text)) == ([text] if is_one else [])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (b"spf2.0/pra", True),
        (b"spf2.0/pra -all", True),
        (b"SPF2.0/MFROM,PRA ~all", True),
        (b"spf2.7/pra,mfrom ?all", True),
        (b"spf2.0/mfrom,pra,fubar", True),
        (b"spf2.0/mfrom", False),
        (b"spf2.0/mfrom,prattle,fubar", False),
        (b"spf2.0 pra", False),
        (b"spf2./pra", False),
        (b"spf2.x/pra", False),
        (b"spf20/pra", False),
        (b"spf2.0/" + b"a," * 5000 + b"pra", False),
    ],
)
def test_a_record_for_the_pra_has_it_in_its_scope(text, is_one):
    assert pra_records((text, b"v=spf10")) == ([text] if is_one else [])


def test_an_spf_record_counts_for_the_pra_only_where_there_is_none_for_it():
    assert pra_records((b"v=spf1 -all", b"spf2.0/mfrom +all")) == [b"v=spf1 -all"]
    assert pra_records((b"v=spf1 -all", b"spf2.0/pra ~all")) == [b"spf2.0/pra ~all"]
    assert pra_records((b"spf2.0/pra -all", b"spf2.0/pra ~all")) == [b"spf2.0/pra -all", b"spf2.0/pra ~all"]
