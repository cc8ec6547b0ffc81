import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gatepost.adapters.journal.matching import matches
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.words import sought, words
from gatepost.model.trace import End, RecipientEnd
from gatepost.ports.journal import Search
from tests.adapters.journal.traces import BEGAN, OK, refused, trace, traces

MIXED = trace(
    recipients=(
        RecipientEnd("Bob@example.com", End.DELIVERED),
        RecipientEnd("eve@example.org", End.REFUSED, "550", "access"),
    ),
    decisions=(replace(trace().decisions[0], verdict=replace(OK, shadow=("try-out",))),),
)


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"client": "192.0.2.9"},
        {"client": "192.0.2.0/24"},
        {"sender": "ANN@example.net"},
        {"sender": "@example.net"},
        {"recipient": "bob@EXAMPLE.com"},
        {"recipient": "@example.org"},
        {"end": "delivered"},
        {"end": "refused"},
        {"recipient": "eve@example.org", "end": "refused"},
        {"rule": "default"},
        {"rule": "access"},
        {"rule": "try-out"},
        {"listener": "inbound"},
        {"message_id": "<0@example.net>"},
        {"message_id": "0@example.net"},
        {"text": "QUEUED"},
        {"since": BEGAN},
        {"since": BEGAN + 0.4},
        {"until": BEGAN},
        {"since": BEGAN - 9, "until": BEGAN + 9},
    ],
    ids=str,
)
def test_filters_that_find(search):
    assert matches(Search(**search), MIXED)


@pytest.mark.parametrize(
    "search",
    [
        {"client": "192.0.2.90"},
        {"client": "198.51.100.0/24"},
        {"client": "nonsense"},
        {"sender": "nn@example.net"},
        {"sender": "@ample.net"},
        {"sender": "<>"},
        {"recipient": "eve@example.com"},
        {"end": "deferred"},
        {"rule": "try"},
        {"finding": "recipient.unknown"},
        {"listener": "in"},
        {"message_id": "1@example.net"},
        {"text": "nowhere"},
        {"since": BEGAN + 1},
        {"until": BEGAN - 1},
        {"client": "192.0.2.9", "end": "dropped"},
        {"recipient": "bob@example.com", "end": "refused"},
    ],
    ids=str,
)
def test_filters_that_do_not_find(search):
    assert not matches(Search(**search), MIXED)


@pytest.mark.parametrize("finding", ["recipient.unknown", "recipient.*"])
def test_a_finding_is_found_by_its_code_or_its_check(finding):
    assert matches(Search(finding=finding), refused())


def test_the_null_sender_has_a_name():
    assert matches(Search(sender="<>"), trace(sender="")) and not matches(Search(sender="<>"), trace(sender=None))


searches = st.builds(
    Search,
    client=st.sampled_from(["", "192.0.2.9", "192.0.2.0/24", "2001:0db8::1"]),
    sender=st.sampled_from(["", "<>", "x@EXAMPLE.com", "@example.com"]),
    recipient=st.sampled_from(["", "x@example.com", "ax@example.com", "@example.com"]),
    end=st.sampled_from(["", *(end.value for end in End)]),
    rule=st.sampled_from(["", "default", "a"]),
    finding=st.sampled_from(["", "rate.client", "helo.*"]),
    message_id=st.sampled_from(["", "a", "<a>"]),
)


@given(searches, traces())
def test_what_matches_has_every_word_that_is_sought(search, found):
    """Else the index would hide it."""
    if matches(search, found):
        assert sought(search) <= words(summarized(found))


@given(traces(), st.data())
def test_a_trace_is_found_by_each_of_its_own_values(found, data):
    recipient = data.draw(st.sampled_from([r.address for r in found.recipients] or [""]))
    own = Search(
        client=found.client_ip,
        sender=found.sender or "",
        recipient=recipient,
        end=found.end.value,
        rule=found.rule,
        message_id=found.message_id,
    )
    assert matches(own, found) and sought(own) <= words(summarized(found))
