"""Not the case but the property: whatever octets come, the backend gets nothing, or exactly what they mean.

The pieces are those of the grammar, and those that have been taken for them.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.client import Client, Closed, cut
from tests.attacks.smuggling import (
    BAD_CONTENT,
    BAD_HEADER,
    END,
    begin_chunks,
    begins_with_fold,
    canonical,
    end_of,
    is_well_framed,
    of_chunks,
    say_chunks,
)
from tests.attacks.strict import Strict
from tests.attacks.target import Target

MAIL, RCPT = b"MAIL FROM:<x@y.test>\r\n", b"RCPT TO:<rcpt@example.test>\r\n"
OCTETS = [b"\r", b"\n", b"\r\n", b".", b"\0", b"a", b"\r\n.", b".\r\n", b"..", b" ", b"\t", b"\x85", b"\xff"]
CONTENT = st.lists(st.sampled_from([*OCTETS, MAIL, b"DATA\r\n", b"BDAT 3 LAST\r\n", b"S: x\r\n"]), max_size=14).map(
    b"".join
)
FRAMED = st.lists(st.sampled_from([b"\r\n", b".", b"a", b"\r\n.", b"..", b" ", MAIL, b"DATA\r\n"]), max_size=14).map(
    b"".join
)
PLACES = st.lists(st.integers(0, 60), max_size=8)
COMMANDS = [b"EHLO c.test\r\n", b"HELO c.test\r\n", MAIL, RCPT, b"DATA\r\n", b"data\r\n", b"RSET\r\n", b"NOOP\r\n"]
CHUNKS = [b"BDAT 0\r\n", b"BDAT 4\r\nab\r\n", b"BDAT 3 LAST\r\n", b"BDAT 5\r\n.\r\n.\r", b"BDAT 2 LAST\r\n\r\n"]
ODD = [*COMMANDS, *CHUNKS, b"text\r\n", END, b".\r\n", b"QUIT\r\n", b"\r", b"\n", b"\0", b"", b" "]
BY_DATA = FRAMED.map(lambda content: [MAIL, RCPT, b"DATA\r\n", content + END])
BY_BDAT = CONTENT.map(lambda content: [MAIL, RCPT, b"BDAT 5\r\n\r\n.\r\n", b"BDAT %d LAST\r\n" % len(content), content])
SESSION = st.lists(
    st.one_of(BY_DATA, BY_DATA, BY_BDAT, st.sampled_from(ODD).map(lambda piece: [piece])), max_size=4
).map(lambda parts: [piece for part in parts for piece in part])
CHANGES = st.lists(st.tuples(st.integers(0, 15), st.booleans(), st.sampled_from(ODD)), max_size=2)
STREAM = st.builds(lambda pieces, changes: changed(pieces, changes), SESSION, CHANGES)


def changed(pieces: list[bytes], changes: list[tuple[int, bool, bytes]]) -> list[bytes]:
    """With pieces put in, or put in place of others."""
    for at, instead, piece in changes:
        pieces = [*pieces[:at], piece, *pieces[at + instead :]]
    return pieces


bounded = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def since_now(target: Target) -> Target:
    """The same, but only what happens from now on counts."""
    return Target(target.gateway, target.backend)


def assert_data(target: Target, content: bytes, at: list[int]) -> None:
    now = since_now(target)
    whole = content + END
    whole = whole[: end_of(whole)]  # a true end may be within it
    content = whole.removesuffix(b".\r\n")
    with target.connect() as client:
        client.data()
        client.send_cut(whole, *at, pause=0.001)
        reply = client.reply()
    if is_well_framed(content) and begins_with_fold(canonical(content)):
        assert (reply.code, reply.enhanced) == BAD_HEADER
        now.assert_nothing_passed()
    elif is_well_framed(content):
        assert reply.code == 250
        now.assert_backend_saw(canonical(content))
    else:
        assert (reply.code, reply.enhanced) == BAD_CONTENT
        now.assert_nothing_passed()


@bounded
@given(content=CONTENT, at=PLACES)
def test_smug_random_content_is_one_message_or_none(target, content, at):
    assert_data(target, content, at)


@bounded
@given(content=FRAMED, at=PLACES)
def test_smug_random_well_framed_content_is_one_message(target, content, at):
    assert_data(target, content, at)


@bounded
@given(content=CONTENT, sizes=PLACES, segment=st.integers(0, 9))
def test_smug_random_chunks_are_one_message_or_none(target, content, sizes, segment):
    now = since_now(target)
    expected = of_chunks(content)
    with begin_chunks(target) as client:
        replies = say_chunks(client, cut(content, *sizes) or [b""], pieces=segment, pause=0.0005)
    if expected is not None and begins_with_fold(expected):
        assert (replies[-1].code, replies[-1].enhanced) == BAD_HEADER
        now.assert_nothing_passed()
    elif expected is not None:
        assert {reply.code for reply in replies} == {250}
        now.assert_backend_saw(expected)
    else:
        assert (replies[-1].code, replies[-1].enhanced) == BAD_CONTENT
        now.assert_nothing_passed()


def say(client: Client, pieces: list[bytes], is_patient: bool) -> None:
    """Waits for what is said to EHLO and DATA, if patient; the gateway may close at any time."""
    try:
        for piece in pieces:
            client.send(piece)
            if is_patient and piece[:4].upper() in (b"EHLO", b"HELO", b"DATA"):
                client.is_silent(0.01)
        client.half_close()
        while True:
            client.more()
    except (Closed, OSError):
        pass


@settings(bounded, max_examples=250)
@given(pieces=STREAM, is_patient=st.booleans())
def test_smug_random_sessions_pass_what_a_strict_server_takes(target, pieces, is_patient):
    now = since_now(target)
    stream = [b"EHLO c.test\r\n", *pieces]
    with target.connect() as client:
        say(client, stream, is_patient)
    expected = Strict(b"".join(stream)).messages
    now.serve_somebody()
    got = [content for content in now.contents() if content not in now.legitimate]
    assert got == expected[: len(got)], "what passes is the beginning of what was meant"
