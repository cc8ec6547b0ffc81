import asyncio
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.auth.budget import Budgeted
from gatepost.engine.stepping import Done, first_step
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fake_dns import FakeDns

IP = ip_address("192.0.2.1")
NAMES = {
    "x.test": {
        "A": ["192.0.2.1"], "AAAA": ["2001:db8::1"], "MX": [(10, "mx.test")], "TXT": ["text"],
    },
    "192.0.2.1": {"PTR": ["x.test"]},
    "dead.test": None,
}  # fmt: skip
QUESTIONS = ("a", "aaaa", "mx", "txt", "ptr")
ASKED = st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(["x.test", "dead.test", "nobody.test", ""]))


def ask(dns, question, name):
    return getattr(dns, question)(IP if question == "ptr" else name)


async def outcome(dns, question, name):
    try:
        return await ask(dns, question, name)
    except Unavailable as error:
        return str(error)


@given(st.lists(ASKED, max_size=12), st.integers(0, 12))
def test_so_many_questions_are_answered_as_by_the_dns_and_then_none(asked, limit):
    async def compared():
        dns, free = FakeDns(NAMES), FakeDns(NAMES)
        budget = Budgeted(dns, limit)
        for number, question in enumerate(asked):
            here = await outcome(budget, *question)
            if number < limit:
                assert here == await outcome(free, *question)
            else:
                assert here == f"dns: all {limit} lookups are spent"
        assert budget.spent == min(len(asked), limit)
        assert dns.asked == free.asked

    asyncio.run(compared())


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_kind_of_question_counts(question):
    budget = Budgeted(FakeDns(NAMES), 1)
    assert (await ask(budget, question, "x.test")).records
    with pytest.raises(Unavailable, match=r"^dns: all 1 lookups are spent$"):
        await ask(budget, question, "x.test")


async def test_what_needs_no_wait_needs_none_through_a_budget():
    assert isinstance(first_step(Budgeted(FakeDns(NAMES), 1).txt("x.test")), Done)
