import pytest

from gatepost.auth.arc.chain import ArcChain, ArcReason, Sealer
from gatepost.auth.arc.trust import vouching

PASSED = "mx.list.example; dkim=pass header.d=example.net; dmarc=pass header.from=example.net"
FAILED = "mx.list.example; dmarc=fail header.from=example.net"


def chain(*sealers, reason=ArcReason.VERIFIED):
    made = [Sealer(instance=n, domain=d, selector="s", results=r) for n, (d, r) in enumerate(sealers, 1)]
    return ArcChain(reason=reason, instance=len(made), sealers=tuple(made))


def who(found, *trusted, author="example.net"):
    sealer = vouching(found, frozenset(trusted), author)
    return sealer and sealer.domain


def test_a_trusted_sealer_who_saw_it_pass_vouches_for_it():
    assert who(chain(("list.example", PASSED)), "list.example") == "list.example"


def test_AUTHN_54_a_sealer_who_is_not_trusted_vouches_for_nothing():
    assert who(chain(("evil.example", PASSED)), "list.example") is None
    assert who(chain(("evil.example", PASSED))) is None


def test_one_before_a_stranger_may_have_been_made_up():
    assert who(chain(("list.example", PASSED), ("evil.example", FAILED)), "list.example") is None


def test_an_earlier_one_counts_where_all_later_ones_are_trusted():
    found = chain(("evil.example", PASSED), ("list.example", PASSED), ("hub.example", FAILED))
    assert who(found, "list.example", "hub.example") == "list.example"
    assert who(found, "hub.example") is None


def test_a_broken_chain_vouches_for_nothing():
    assert who(chain(("list.example", PASSED), reason=ArcReason.SEAL), "list.example") is None


@pytest.mark.parametrize(
    "results",
    [
        FAILED, "mx; dmarc=pass", "mx; dmarc=pass header.from=other.example", "mx; spf=pass header.from=example.net",
        "mx; dmarc=pass header.from=example.net header.from=other.example", "not results at all;;;", "",
        'mx; dmarc=fail reason="dmarc=pass header.from=example.net"',
    ],
)  # fmt: skip
def test_what_does_not_say_that_this_author_passed_vouches_for_nothing(results):
    assert who(chain(("list.example", results)), "list.example") is None


def test_case_does_not_matter():
    assert who(chain(("list.example", "mx; dmarc=pass header.from=Example.NET")), "list.example")
