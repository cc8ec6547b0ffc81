"""As many replies as commands, none before its command; and what an EHLO offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions
from gatepost.smtp.client import GO_AHEAD_OCTETS, UNLIMITED, ClientProtocol, common_to, extensions_of
from gatepost.smtp.reply_reader import BadReply


def greeted():
    client = ClientProtocol()
    client.receive(b"220 hi\r\n")
    assert client.next_reply() == Reply(220, "", "hi")
    return client


def test_the_greeting_is_awaited_unasked():
    assert greeted().is_quiet


def test_pipelined_commands_have_as_many_replies():
    client = greeted()
    client.asked(2)
    client.receive(b"250 a\r\n250 b\r\n")
    assert [client.next_reply().text, client.next_reply().text, client.next_reply()] == ["a", "b", None]


@pytest.mark.parametrize("surplus", [b"250 more\r\n", b"2", b"\r\n", b"\0"])
def test_octets_behind_the_last_reply_are_an_error(surplus):
    client = greeted()
    client.asked(1)
    client.receive(b"250 a\r\n" + surplus)
    assert client.next_reply() is not None and not client.is_quiet
    with pytest.raises(BadReply):
        client.next_reply()


@pytest.mark.parametrize("early", [b"250 already\r\n", b"2"])
def test_octets_before_their_command_are_an_error(early):
    client = greeted()
    client.receive(early)
    with pytest.raises(BadReply):
        client.asked(1)


def test_a_command_may_follow_while_replies_are_awaited():
    client = greeted()
    client.asked(1)
    client.receive(b"250-half")
    client.asked(1)
    client.receive(b"\r\n250 a\r\n250 b\r\n")
    assert client.next_reply() is not None and client.next_reply() is not None and client.is_quiet


PIECES = st.lists(
    st.sampled_from([b"250", b"-", b" ", b"\r\n", b"\n", b"\0", b"354 ", b"250 Ok\r\n", b"354 go\r\n"]), max_size=16
).map(b"".join)


def events(chunks, commands):
    client, seen = greeted(), []
    client.asked(commands)
    for chunk in chunks:
        client.receive(chunk)
        try:
            while (reply := client.next_reply()) is not None:
                seen.append(reply)
        except BadReply:
            return [*seen, "bad"]
    return seen


@given(PIECES, st.integers(1, 4), st.integers(1, 9))
def test_any_cut_gives_the_same_events_and_never_more_replies_than_commands(octets, commands, size):
    cut = [octets[at : at + size] for at in range(0, len(octets), size)]
    assert events(cut, commands) == events([octets], commands)
    assert len([event for event in events(cut, commands) if event != "bad"]) <= commands


def test_keywords_are_read_in_any_case_and_order():
    ehlo = Reply(250, "", "mx", ("pipelining", "8bitMIME", "Dsn", "STARTTLS", "SMTPUTF8", "size 1000", "XNEW a b"))
    assert extensions_of(ehlo) == Extensions(
        size=1000, eight_bit_mime=True, smtputf8=True, dsn=True, pipelining=True, starttls=True
    )


def test_a_greeting_that_looks_like_a_keyword_is_none():
    assert extensions_of(Reply(250, "", "PIPELINING")) == Extensions()


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("SIZE 1000", 1000),
        ("SIZE", UNLIMITED),
        ("SIZE 0", UNLIMITED),
        ("SIZE 99999999999999999999", UNLIMITED),
        ("SIZE 999999999999999999999", None),
        ("SIZE -1", None),
        ("SIZE \u0661", None),
        ("SIZE 10 20", None),
    ],
)
def test_size_is_read_as(line, size):
    assert extensions_of(Reply(250, "", "mx", (line,))).size == size


def test_several_servers_offer_what_each_of_them_offers():
    first = Extensions(size=1000, eight_bit_mime=True, dsn=True, pipelining=True)
    second = Extensions(size=500, eight_bit_mime=True, smtputf8=True, pipelining=True, starttls=True)
    assert common_to((first, second)) == Extensions(size=500, eight_bit_mime=True, pipelining=True)


def test_a_server_without_size_limits_nothing():
    assert common_to((Extensions(), Extensions(size=500))).size == 500


def test_no_server_offers_nothing():
    assert common_to(()) == Extensions()


GO_AHEAD = b"250 a\r\n250 b\r\n354 c\r\n"


def remembering(awaited):
    client = greeted()
    client.remember(3, GO_AHEAD)
    client.asked(awaited)
    return client


def test_octets_that_are_remembered_answer_as_many_commands():
    client = remembering(3)
    assert client.has_go_ahead(GO_AHEAD) and client.is_quiet


@pytest.mark.parametrize("awaited", [0, 2, 4])
def test_octets_that_are_remembered_mean_nothing_for_another_number_of_commands(awaited):
    assert not remembering(awaited).has_go_ahead(GO_AHEAD)


@pytest.mark.parametrize("octets", [GO_AHEAD[:-2], GO_AHEAD + b"2", GO_AHEAD.replace(b"b", b"c"), b""])
def test_other_octets_are_not_taken_for_those_remembered(octets):
    assert not remembering(3).has_go_ahead(octets)


@pytest.mark.parametrize("before", [b"2", b"250-a\r\n"])
def test_octets_that_are_remembered_mean_nothing_behind_half_a_reply(before):
    client = remembering(3)
    client.receive(before)
    client.next_reply()
    assert not client.has_go_ahead(GO_AHEAD)


def test_long_replies_are_not_remembered():
    client, long = greeted(), b"250 " + b"x" * GO_AHEAD_OCTETS + b"\r\n"
    client.remember(1, long)
    client.asked(1)
    assert not client.has_go_ahead(long)
