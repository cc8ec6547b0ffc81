"""What a message that is only tried out does not reach."""

from ipaddress import ip_address

import pytest

from gatepost.app.offline_world import Unasked, Unconsulted
from gatepost.model.samples import message
from gatepost.ports.unavailable import Unavailable


@pytest.mark.parametrize("question", ["a", "aaaa", "mx", "txt", "ptr"])
async def test_a_dns_that_is_left_alone_has_no_answer(question):
    with pytest.raises(Unavailable, match="not asked"):
        await getattr(Unasked(), question)(ip_address("192.0.2.1"))


async def test_spam_engines_that_are_left_alone_say_nothing():
    assert await Unconsulted().ask(message(), ("rspamd",)) == ()
