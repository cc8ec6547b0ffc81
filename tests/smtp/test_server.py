"""The server core: framing, order, pipelining, BDAT; every property however the octets are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.model.reply import Reply
from gatepost.smtp import replies
from gatepost.smtp.events import BadContent, ChunkEnd, Content, Data, EndOfContent, Helo, Invalid, Mail, Plain, Rcpt
from gatepost.smtp.server import ServerProtocol
from gatepost.smtp.table import CommandTable, Offer, Response

LENGTHS = {
    b"EHLO": 262, b"HELO": 262, b"MAIL": 266, b"RCPT": 266, b"DATA": 6, b"BDAT": 40, b"RSET": 12, b"NOOP": 1024,
    b"QUIT": 12, b"STARTTLS": 12, b"VRFY": 71,
}  # fmt: skip
OFFER = Offer(size=100_000, eight_bit_mime=True, smtputf8=True, dsn=True, starttls=True)
OPENING = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"


def server(**changes):
    table = CommandTable(LENGTHS, **changes)
    return ServerProtocol(table, table.terms(OFFER))


def answer(event):
    """The reply a friendly gateway gives."""
    match event:
        case Invalid() | BadContent():
            return event.reply
        case Data():
            return replies.START_CONTENT
        case ChunkEnd():
            return replies.CHUNK_OK
        case Plain(verb="QUIT"):
            return replies.BYE
        case _:
            return replies.OK


def talk(protocol, *pieces):
    """Events and replies of a whole dialogue; content is joined so that cuts do not show."""
    events, sent, body = [], b"", b""
    for piece in pieces:
        protocol.receive(piece)
        while (event := protocol.next_event()) is not None:
            if isinstance(event, Content):
                body += event.octets
                continue
            if isinstance(event, EndOfContent | ChunkEnd):
                body += event.octets
                event = structs.replace(event, octets=b"")
            events.append(event)
            sent += protocol.reply(answer(event))
    return events, sent, body


def greeted(protocol, verb=b"EHLO"):
    talk(protocol, verb + b" client.example\r\n")
    return protocol


def in_data(protocol):
    talk(greeted(protocol), OPENING, b"DATA\r\n")
    return protocol


def cuts(octets, size):
    return [octets[i : i + size] for i in range(0, len(octets), size)]


# ── command lines ────────────────────────────────────────────────────────────


def test_a_whole_pipelined_dialogue():
    events, _, body = talk(in_data(server()), b"Hi\r\n..dot\r\n.\r\n", b"QUIT\r\n")
    assert [type(e) for e in events] == [EndOfContent, Plain]
    assert body == b"Hi\r\n..dot\r\n"
    assert events[0].size == len(b"Hi\r\n.dot\r\n")


@pytest.mark.parametrize("line", [b"NOOP\n", b"\n", b"NOOP\rQUIT\r\n", b"NOOP\r\r\n", b"\rNOOP\r\n", b"NO\rOP"])
def test_a_bare_line_end_in_a_command_ends_the_session(line):
    protocol = greeted(server())
    (event, *rest), sent, _ = talk(protocol, line + b"NOOP\r\nNOOP\r\n")
    assert event.rule == "line.bare-line-end" and event.close and not rest
    assert sent == replies.BARE_LINE_END.encode() and protocol.is_closed


def test_nul_in_a_command_is_refused_and_nothing_after_it_runs():
    protocol = greeted(server())
    events, sent, _ = talk(protocol, b"\0NOOP\r\nNOOP\r\n")
    assert [e.rule for e in events] == ["line.nul"] and sent.startswith(b"500 ") and protocol.is_closed


def test_an_overlong_line_is_refused_once_and_its_tail_is_no_command():
    protocol = greeted(server())
    events, sent, _ = talk(protocol, *cuts(b"VRFY " + b"x" * 5000 + b"\r\nNOOP\r\n", 700))
    assert [getattr(e, "rule", e) for e in events] == ["command.too-long", Plain("NOOP")]
    assert sent.startswith(b"500 5.5.2 Syntax error (command line too long)\r\n250 ")


def test_dropping_an_overlong_line_is_isas_way():
    protocol = greeted(server(on_overlength=Response.DROP))
    events, sent, _ = talk(protocol, b"VRFY " + b"x" * 5000 + b"\r\nNOOP\r\n")
    assert sent == b"421 5.5.2 Syntax error (command line too long)\r\n" and protocol.is_closed


def test_a_line_without_end_is_cut_and_memory_stays_flat():
    protocol = greeted(server())
    for _ in range(200):
        protocol.receive(b"x" * 1000)
        event = protocol.next_event()
        assert len(protocol.lines.buffer) <= 2000
        if event:
            break
    assert event.rule == "line.endless" and event.close


@pytest.mark.parametrize("octets", [1, 2])
def test_the_limit_counts_crlf(octets):
    line = b"VRFY " + b"x" * (71 - 7 + octets - 1)
    (event,), _, _ = talk(greeted(server()), line + b"\r\n")
    assert (event == Plain("VRFY")) == (octets == 1)


@pytest.mark.parametrize(
    ("line", "code", "rule"),
    [
        (b"WIZ", 502, "command.disabled"), (b"DEBUG", 502, "command.disabled"), (b"", 500, "command.unknown"),
        (b"EXPN list", 502, "command.disabled"), (b"TURN", 502, "command.disabled"),
        (b"AUTH PLAIN", 502, "command.disabled"),
        (b"GET / HTTP/1.1", 421, "command.other-protocol"), (b"SSH-2.0-x", 421, "command.other-protocol"),
        (b"RSET now", 501, "command.syntax"), (b"QUIT x", 501, "command.syntax"),
        (b"STARTTLS x", 501, "command.syntax"),
        (b"MAIL LALA:", 501, "command.syntax"), (b"MAIL FROM:", 501, "command.syntax"),
        (b"MAIL", 501, "command.syntax"),
        (b"MAIL FROM:<pepe>", 501, "command.syntax"), (b"RCPT TO:<a@b.example>", 503, "command.sequence"),
        (b"DATA", 503, "command.sequence"), (b"EHLO", 501, "command.syntax"), (b"EHLO a$b", 501, "command.syntax"),
        (b"NOOP \x01", 500, "command.characters"), (b"NOOP \xff", 500, "command.characters"),
        (b"MAIL FROM:<\xff@b.example>", 501, "command.characters"), (b"BDAT x", 501, "command.syntax"),
        (b"BDAT -1", 501, "command.syntax"), (b"BDAT 100000000000000000000", 501, "command.syntax"),
        (b"BDAT", 501, "command.syntax"), (b"BDAT 999999999 LAST", 552, "content.size"),
        (b"MAIL FROM:<a@b.example> SIZE=-1", 501, "command.syntax"), (b"MAIL FROM:<a@b.example> SIZE=", 501,
        "command.syntax"),
        (b"MAIL FROM:<a@b.example> SIZE=1 SIZE=1", 501, "command.syntax"),
        (b"MAIL FROM:<a@b.example> SIZE=1000000000000000000000000000000", 501, "command.syntax"),
        (b"MAIL FROM:<a@b.example> SIZE=100001", 552, "command.syntax"),
        (b"MAIL FROM:<a@b.example> BODY=BINARYMIME", 555, "command.syntax"),
        (b"MAIL FROM:<a@b.example> FOO=BAR", 555, "command.syntax"), (b"MAIL FROM:<a@b.example>SIZE=1", 501,
        "command.syntax"),
        ("MAIL FROM:<é@b.example>".encode(), 553, "command.syntax"), ("MAIL FROM:<a@é.example>".encode(), 553,
        "command.syntax"),
        (b"MAIL FROM:<a@b.example> RET=X", 501, "command.syntax"), (b"MAIL FROM:<a@b.example> ENVID=+a", 501,
        "command.syntax"),
    ],
)  # fmt: skip
def test_what_the_protocol_rules_out(line, code, rule):
    (event,), sent, _ = talk(greeted(server()), line + b"\r\n")
    assert (event.reply.code, event.rule) == (code, rule)


def test_parameters_are_read_into_values():
    (mail, rcpt), _, _ = talk(
        greeted(server()),
        b"MAIL FROM:<> SIZE=5 BODY=8bitmime SMTPUTF8 RET=HDRS ENVID=a+2Bb\r\n"
        b"RCPT TO:<x@y.example> NOTIFY=delay,FAILURE ORCPT=rfc822;x@y.example\r\n",
    )
    assert mail == Mail(sender=None, size=5, body="8BITMIME", smtputf8=True, ret="HDRS", envid="a+2Bb")
    assert (rcpt.notify, rcpt.orcpt) == ("DELAY,FAILURE", "rfc822;x@y.example")


@pytest.mark.parametrize("tail", [b"NOTIFY=NEVER,DELAY", b"NOTIFY=", b"NOTIFY=X", b"ORCPT=x", b"ORCPT=;x", b"SIZE=1"])
def test_bad_recipient_parameters(tail):
    events, _, _ = talk(greeted(server()), b"MAIL FROM:<>\r\nRCPT TO:<x@y.example> " + tail + b"\r\n")
    assert isinstance(events[1], Invalid)


def test_a_disabled_verb_may_drop():
    protocol = greeted(server(on_disabled=Response.DROP))
    _, sent, _ = talk(protocol, b"ETRN x\r\nNOOP\r\n")
    assert sent.startswith(b"421 ") and sent.count(b"\r\n") == 1


# ── order ────────────────────────────────────────────────────────────────────


def test_nothing_is_parsed_past_an_unanswered_command():
    protocol = server()
    protocol.receive(b"NOOP\r\n")
    protocol.next_event()
    with pytest.raises(RuntimeError):
        protocol.next_event()


def test_mail_before_helo_and_nested_mail_are_out_of_sequence():
    events, _, _ = talk(server(), b"MAIL FROM:<>\r\n")
    assert events[0].rule == "command.sequence"
    events, _, _ = talk(greeted(server()), b"MAIL FROM:<>\r\nMAIL FROM:<>\r\n")
    assert events[1].rule == "command.sequence"


def test_rset_and_ehlo_forget_the_envelope():
    for command in (b"RSET\r\n", b"EHLO again.example\r\n"):
        protocol = greeted(server())
        talk(protocol, OPENING)
        talk(protocol, command)
        events, _, _ = talk(protocol, b"DATA\r\n")
        assert events[0].rule == "command.sequence"


def test_a_refused_recipient_does_not_count():
    protocol = greeted(server())
    protocol.receive(OPENING)
    protocol.next_event()
    protocol.reply(replies.OK)
    protocol.next_event()
    protocol.reply(Reply(550, "5.1.1", "no"))
    events, _, _ = talk(protocol, b"DATA\r\n")
    assert events[0].rule == "command.sequence"


@pytest.mark.parametrize("behind", [b"DATA\r\nHi\r\n.\r\n", b"EHLO x.example\r\nNOOP\r\n", b"STARTTLS\r\nNOOP\r\n"])
def test_what_stands_behind_a_command_that_had_to_be_waited_for_never_runs(behind):
    protocol = greeted(server())
    if behind.startswith(b"DATA"):
        talk(protocol, OPENING)
    events, sent, _ = talk(protocol, behind)
    assert [e.rule for e in events] == ["command.pipelining"] and sent.startswith(b"554 ") and protocol.is_closed


def test_content_sent_before_354_closes():
    protocol = greeted(server())
    talk(protocol, OPENING)
    protocol.receive(b"DATA\r\n")
    protocol.next_event()
    protocol.receive(b"Hi\r\n.\r\nNOOP\r\n")
    assert protocol.reply(replies.START_CONTENT).startswith(b"554 ")
    assert protocol.is_closed and protocol.next_event() is None


def test_after_helo_nothing_may_be_pipelined():
    protocol = greeted(server(), b"HELO")
    events, sent, _ = talk(protocol, b"MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\n")
    assert [e.rule for e in events] == ["command.pipelining"]


def test_after_helo_a_command_behind_the_end_of_content_never_runs():
    protocol = greeted(server(), b"HELO")
    talk(protocol, b"MAIL FROM:<>\r\n", b"RCPT TO:<a@b.example>\r\n", b"DATA\r\n")
    events, _, _ = talk(protocol, b"Hi\r\n.\r\nMAIL FROM:<>\r\n")
    assert isinstance(events[0], EndOfContent) and events[1].rule == "command.pipelining" and len(events) == 2


def test_starttls_forgets_everything_said_in_clear():
    protocol = greeted(server())
    talk(protocol, b"STARTTLS\r\n")
    assert protocol.is_closed
    protocol.receive(b"MAIL FROM:<evil@b.example>\r\n")
    protocol.tls_started()
    assert protocol.next_event() is None
    events, _, _ = talk(protocol, b"MAIL FROM:<>\r\n")
    assert events[0].rule == "command.sequence"
    events, _, _ = talk(greeted(protocol), b"STARTTLS\r\n")
    assert events[0].rule == "command.sequence"


def test_a_reply_of_421_ends_the_session():
    protocol = greeted(server())
    protocol.receive(b"NOOP\r\nNOOP\r\n")
    protocol.next_event()
    protocol.reply(Reply(421, "4.3.2", "x"))
    assert protocol.is_closed and protocol.next_event() is None


# ── content ──────────────────────────────────────────────────────────────────

EVIL = b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nbad\r\n.\r\n"
FALSE_ENDS = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\n", b"\n.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\r\n",
    b"\r\r\n.\r\r\n", b"\r\r\n.\r\n", b"\0\r\n.\r\n", b"\r\n\0.\r\n", b"\r\0\n.\r\n", b"\r\n.\0\r\n", b"\r\n.\r\0\n",
    b"\n\n.\n\n", b"\n.\r\r\n", b"\x85.\x85\n", b"\r\n.\r.\r\n",
]  # fmt: skip


@pytest.mark.parametrize("end", FALSE_ENDS)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 10_000])
def test_no_false_end_is_an_end(end, size):
    protocol = in_data(server())
    events, sent, body = talk(protocol, *cuts(b"Hi" + end + EVIL, size))
    assert [type(e) for e in events] == [BadContent] and events[0].close
    assert sent.startswith(b"550 5.6.11 ") and sent.count(b"\r\n") == 1 and protocol.is_closed


PIECES = st.lists(st.sampled_from([b"a", b"a" * 7, b"\r", b"\n", b"\r\n", b".", b"\0", b"\x85"]), max_size=20)


@given(PIECES.map(b"".join), st.integers(1, 7))
def test_however_content_is_cut_the_outcome_is_the_same(octets, size):
    def outcome(*pieces):
        events, sent, body = talk(in_data(server()), *pieces)
        if any(isinstance(e, BadContent) for e in events):  # which flaw is named, and what came before it, may differ
            return [type(e) for e in events], sent[:4]
        if isinstance(events[-1], Invalid) and events[-1].close:  # likewise of a line with two
            return [type(e) for e in events], body
        return events, sent, body

    whole = octets + b"\r\n.\r\nNOOP\r\n"
    assert outcome(*cuts(whole, size)) == outcome(whole)


@given(PIECES.map(b"".join), st.integers(1, 7))
def test_whatever_comes_out_is_safe_to_say_in_data(octets, size):
    _, _, body = talk(in_data(server()), *cuts(octets + b"\r\n.\r\n", size))
    assert body.count(b"\r\n") == body.count(b"\r") == body.count(b"\n")
    assert b"\r\n.\r\n" not in b"\r\n" + body and b"\0" not in body


LINES = st.lists(
    st.sampled_from([b"", b".", b"..", b"a", b".a", b"a.", b"\xe9", b"b" * 998, b"c" * 999, b"d" * 3000]), max_size=8
)


@given(LINES, st.sampled_from([1, 3, 997, 1000, 100_000]))
def test_good_content_passes_octet_by_octet_with_its_true_figures(lines, size):
    plain = b"".join(x + b"\r\n" for x in lines)
    stuffed = b"".join((b"." if x.startswith(b".") else b"") + x + b"\r\n" for x in lines)
    (end,), _, body = talk(in_data(server()), *cuts(stuffed + b".\r\n", size))
    longest = max((len(x) + 2 for x in lines), default=0)
    assert body == stuffed and end.size == len(plain) and end.eight_bit == (b"\xe9" in plain)
    assert end.longest_line == (longest if longest > 1000 else 0)


def test_a_message_that_is_only_too_large_is_discarded_and_the_session_goes_on():
    protocol = in_data(server())
    octets = b"x" * 998 + b"\r\n"
    events, sent, _ = talk(protocol, *[octets] * 150, b".\r\n", b"NOOP\r\n")
    assert events[0].rule == "content.size" and not events[0].close and events[1] == Plain("NOOP")
    assert sent.startswith(b"552 5.3.4 ")


def test_an_endless_message_is_cut_at_twice_the_limit():
    protocol = in_data(server())
    events, _, _ = talk(protocol, *[b"x" * 998 + b"\r\n"] * 250)
    assert events[0].rule == "content.size" and events[0].close and protocol.is_closed


def test_commands_in_the_overflow_of_a_large_message_never_run():
    protocol = in_data(server())
    events, _, _ = talk(protocol, *[b"x" * 998 + b"\r\n"] * 110, b".\nRSET\r\nMAIL FROM:<>\r\n", b".\r\n", b"NOOP\r\n")
    assert [type(e) for e in events] == [BadContent]


@pytest.mark.parametrize("size", [1, 2, 3, 10_000])
def test_a_listed_network_may_send_bare_lf_and_still_smuggles_nothing(size):
    table = CommandTable(LENGTHS)
    protocol = ServerProtocol(table, table.terms(OFFER), normalize_lf=True)
    in_data(protocol)
    events, _, body = talk(protocol, *cuts(b"a\n.\nb\r\n.\nc\n..d\r\n..e\r\n.\r\n", size))
    assert body == b"a\r\n..\r\nb\r\n\r\nc\r\n...d\r\n..e\r\n" and isinstance(events[0], EndOfContent)
    assert events[0].size == len(b"a\r\n.\r\nb\r\n\r\nc\r\n..d\r\n.e\r\n")


# ── BDAT ─────────────────────────────────────────────────────────────────────


def bdat(octets, last=True):
    return b"BDAT %d%s\r\n" % (len(octets), b" LAST" if last else b"") + octets


@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_chunks_are_framed_by_counts_alone(size):
    protocol = greeted(server())
    talk(protocol, OPENING)
    first, second = b"Hi\r\n.\r\nMAIL FROM:<x@y>\r", b"\n.end\nlf"
    events, sent, body = talk(protocol, *cuts(bdat(first, last=False) + bdat(second) + b"NOOP\r\n", size))
    assert [type(e) for e in events] == [Data, ChunkEnd, EndOfContent, Plain]
    assert body == b"Hi\r\n..\r\nMAIL FROM:<x@y>\r\n..end\r\nlf\r\n"
    assert b"354" not in sent


@given(st.lists(PIECES.map(b"".join), min_size=1, max_size=4), st.integers(1, 9))
def test_no_chunk_content_can_break_out(chunks, size):
    protocol = greeted(server())
    talk(protocol, OPENING)
    stream = b"".join(bdat(c, last=i == len(chunks) - 1) for i, c in enumerate(chunks))
    events, _, body = talk(protocol, *cuts(stream, size))
    whole = b"".join(chunks)
    bad = b"\0" in whole or whole.count(b"\r") != whole.count(b"\r\n")
    assert isinstance(events[-1], BadContent if bad else EndOfContent)
    assert body.count(b"\r\n") == body.count(b"\r") == body.count(b"\n")
    assert b"\r\n.\r\n" not in b"\r\n" + body
    if not bad:
        plain = whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert (b"\r\n" + body).replace(b"\r\n.", b"\r\n")[2:].removesuffix(b"\r\n") == plain.removesuffix(b"\r\n")


def test_a_refused_chunk_is_swallowed_not_run():
    events, sent, _ = talk(greeted(server()), bdat(b"NOOP\r\nQUIT\r\n") + b"NOOP\r\n")
    assert [getattr(e, "rule", e) for e in events] == ["command.sequence", Plain("NOOP")]


def test_data_and_bdat_do_not_mix():
    protocol = greeted(server())
    talk(protocol, OPENING, bdat(b"Hi\r\n", last=False))
    events, _, _ = talk(protocol, b"DATA\r\n")
    assert events[0].rule == "command.sequence"


def test_too_many_octets_in_chunks_are_refused_and_the_session_goes_on():
    protocol = greeted(server())
    talk(protocol, OPENING)
    chunk = bdat(b"x" * 60_000, last=False)
    events, sent, _ = talk(protocol, chunk, chunk, b"NOOP\r\n")
    assert [type(e) for e in events] == [Data, ChunkEnd, BadContent, Plain] and b"552 5.3.4" in sent


def test_one_octet_chunks_work():
    protocol = greeted(server())
    talk(protocol, OPENING)
    events, _, body = talk(protocol, *[bdat(b"x", last=False)] * 500, b"BDAT 0 LAST\r\n")
    assert isinstance(events[-1], EndOfContent) and body == b"x" * 500 + b"\r\n"


def test_helo_carries_the_name():
    (event,), _, _ = talk(server(), b"ehlo Client.Example\r\n")
    assert event == Helo("EHLO", "Client.Example")


def test_recipients_may_be_bare_postmaster():
    events, _, _ = talk(greeted(server()), b"MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\n")
    assert isinstance(events[1], Rcpt) and events[1].recipient.domain == ""


# ── what the session may say and do ──────────────────────────────────────────


@pytest.mark.parametrize("reply", [Reply(550, "5.7.1", "No"), Reply(450, "4.7.1", "Later")])
def test_a_refused_command_changes_nothing(reply):
    protocol = server()
    for line in (b"EHLO a.example\r\n", b"MAIL FROM:<>\r\n"):
        protocol.receive(line)
        protocol.next_event()
        protocol.reply(reply)
    assert (protocol.helo, protocol.sender_given) == ("", False)


def test_a_refused_data_leaves_the_transaction():
    protocol = greeted(server())
    talk(protocol, OPENING)
    protocol.receive(b"DATA\r\n")
    protocol.next_event()
    protocol.reply(Reply(450, "4.7.1", "Later"))
    events, _, _ = talk(protocol, b"DATA\r\n")
    assert events == [Data(chunked=False)]


def test_behind_a_chunk_that_was_refused_the_message_is_over_until_rset():
    protocol = greeted(server())
    talk(protocol, OPENING)
    protocol.receive(bdat(b"Hi\r\n", last=False) + bdat(b"more\r\n") + b"RSET\r\n")
    assert protocol.next_event() == Data(chunked=True)
    protocol.reply(replies.START_CONTENT)
    assert isinstance(protocol.next_event(), ChunkEnd)
    protocol.reply(Reply(452, "4.3.1", "Full"))
    events, _, _ = talk(protocol, b"")
    assert [getattr(e, "rule", e) for e in events] == ["command.sequence", Plain("RSET")]


def test_closing_ends_everything():
    protocol = greeted(server())
    protocol.receive(b"NOOP\r\n")
    protocol.close()
    protocol.receive(b"NOOP\r\n")
    assert protocol.is_closed and protocol.next_event() is None


def test_the_terms_of_tls_count_from_when_they_are_set():
    protocol = greeted(server())
    table = CommandTable({b"MAIL": 30})
    protocol.set_terms(table.terms(Offer(size=5)))
    (event,), _, _ = talk(protocol, b"MAIL FROM:<a@b.example> SIZE=6\r\n")
    assert event.reply == replies.TOO_LARGE
    (event,), _, _ = talk(protocol, b"MAIL FROM:<aaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example> SIZE=6\r\n")
    assert event.rule == "command.too-long"


def test_it_knows_when_it_needs_more_octets():
    protocol = greeted(server())
    assert protocol.is_hungry and not protocol.is_in_content
    protocol.receive(b"NOO")
    assert not protocol.is_hungry
    in_data(other := server())
    assert other.is_in_content and not other.is_hungry


def test_content_that_is_only_being_discarded_can_be_given_up():
    protocol = in_data(server())
    assert protocol.give_up() is None
    talk(protocol, b"a\nb")
    event = protocol.give_up()
    assert (event.rule, event.close) == ("content.bare-line-end", True) and protocol.is_closed
    assert protocol.reply(event.reply).startswith(b"550 5.6.11 ")
    assert greeted(server()).give_up() is None


def test_an_overlong_line_of_an_unknown_verb_is_an_unknown_verb_however_it_is_cut():
    for size in (7, 10_000):
        events, _, _ = talk(greeted(server()), *cuts(b"X" * 600 + b"\r\nNOOP\r\n", size))
        assert [getattr(e, "rule", e) for e in events] == ["command.unknown", Plain("NOOP")]


@pytest.mark.parametrize(("command", "code"), [(b"AUTH PLAIN", 503), (b"STARTTLS", 503)])
def test_login_and_tls_come_between_ehlo_and_mail(command, code):
    table = CommandTable({**LENGTHS, b"AUTH": 100})
    protocol = ServerProtocol(table, table.terms(OFFER))
    (early,), _, _ = talk(protocol, command + b"\r\n")
    talk(greeted(protocol), b"MAIL FROM:<>\r\n")
    (late,), _, _ = talk(protocol, command + b"\r\n")
    assert (early.reply.code, late.reply.code) == (code, code)


def test_login_is_an_event_where_it_may_be():
    table = CommandTable({**LENGTHS, b"AUTH": 100})
    (event,), _, _ = talk(greeted(ServerProtocol(table, table.terms(OFFER))), b"AUTH PLAIN AGE=\r\n")
    assert (event.mechanism, event.initial) == ("PLAIN", "AGE=")
