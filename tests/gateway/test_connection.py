"""One connection: octets in, answers out, nothing in between but what has to wait."""

from gatepost.gateway.connection import Connection
from gatepost.gateway.wire import LINGER, WRITE_BUFFER
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.trace import End
from gatepost.model.verdict import Action
from tests.gateway.house import EHLO, MAIL, MESSAGE, RCPT, House, rejecting, rule

DATA = b"DATA\r\n"
PIT = {"delay": 10, "maximum": 30}


class Waiting:
    """A house in which RCPT waits until it is told what becomes of it."""

    def __init__(self, phase=Phase.RCPT, **more):
        self.house = House(**more)
        self.answers = []
        for _ in range(5):
            self.answers.append(self.house.loop.create_future())
        pending = iter(self.answers)

        class Next:
            def __await__(inner):
                return next(pending).__await__()

        rules = more.get("rules", ())
        self.house.listener.judge = self.house.judge(
            ((phase, "odd.thing", lambda at: False),), rules, {"odd.thing": Next()}
        )
        self.client = self.house.greeted()
        self.client.say(MAIL)

    def answer(self, number=0):
        self.house.loop.do(self.answers[number].set_result, None)
        return self.client.hear()

    def break_down(self, error):
        self.house.loop.do(self.answers[0].set_exception, error)
        return self.client.hear()


# ── pipelining ───────────────────────────────────────────────────────────────


def test_a_pipelined_group_is_answered_in_one_write_and_in_order():
    client = House().greeted()
    writes = []
    client.transport.write = writes.append
    client.say(MAIL + RCPT + b"RCPT TO:<x@elsewhere.example>\r\n" + DATA)
    (octets,) = writes
    assert [line[:3] for line in octets.decode().splitlines()] == ["250", "250", "550", "354"]


def test_commands_may_come_octet_by_octet():
    client = House().greeted()
    whole = MAIL + RCPT + DATA
    heard = client.say(*(whole[i : i + 1] for i in range(len(whole))))
    assert [line[:3] for line in heard.splitlines()] == ["250", "250", "354"]


def test_two_messages_on_one_connection():
    house = House()
    client = house.greeted()
    for _ in range(2):
        client.say(MAIL + RCPT + DATA, MESSAGE[:20], MESSAGE[20:])
    assert len(house.backend.messages) == len(house.traces) == 2


def test_a_message_and_the_next_command_may_come_together():
    client = House().greeted()
    client.say(MAIL + RCPT + DATA)
    assert [line[:3] for line in client.say(MESSAGE + MAIL + RCPT + DATA).splitlines()] == ["250", "250", "250", "354"]


# ── while an answer waits ────────────────────────────────────────────────────


def test_while_an_answer_waits_nothing_is_parsed_and_reading_pauses():
    scene = Waiting()
    assert scene.client.say(RCPT) == ""
    assert scene.client.say(b"RSET\r\n") == "" and not scene.client.transport.is_reading_now
    assert [line[:3] for line in scene.answer().splitlines()] == ["250", "250"]
    assert scene.client.transport.is_reading_now


def test_answers_that_wait_keep_their_order():
    scene = Waiting()
    scene.client.say(RCPT + RCPT + b"NOOP\r\n")
    assert scene.answer().count("\r\n") == 1
    assert scene.answer(1).count("\r\n") == 2


def test_reading_is_paused_once_and_what_came_before_the_pause_is_kept():
    scene = Waiting()
    scene.client.say(RCPT, b"NOO", b"P\r\nNOOP\r\n")
    assert scene.answer().count("250 2.0.0 OK") == 2


# ── half-close ───────────────────────────────────────────────────────────────


def test_a_client_that_has_nothing_more_to_say_between_commands_is_closed():
    house = House()
    client = house.greeted()
    client.say_nothing_more()
    assert client.is_closed and [t.end for t in house.traces] == [End.IDLE]


def test_a_half_close_within_a_transaction_abandons_it():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT)
    client.say_nothing_more()
    assert client.is_closed and [t.end for t in house.traces] == [End.ABANDONED]


def test_a_half_close_within_content_delivers_nothing():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, DATA, b"Subject: x\r\n\r\nhalf of it\r\n.")
    client.say_nothing_more()
    assert client.is_closed and not house.backend.messages and [t.end for t in house.traces] == [End.ABANDONED]


def test_a_half_close_while_an_answer_waits_still_gets_it_and_those_behind_it():
    scene = Waiting()
    scene.client.say(RCPT)
    scene.client.say(b"NOOP\r\n")
    assert scene.client.say_nothing_more() == "" and not scene.client.is_closed
    assert [line[:3] for line in scene.answer().splitlines()] == ["250", "250"]
    assert scene.client.is_closed


def test_a_message_behind_which_the_client_half_closes_is_delivered_and_answered():
    scene = Waiting(Phase.MESSAGE)
    scene.client.say(RCPT, DATA, MESSAGE)
    scene.client.say_nothing_more()
    assert scene.answer().startswith("250 2.0.0 Message accepted") and scene.client.is_closed
    assert len(scene.house.backend.messages) == 1


def test_a_half_close_in_the_tarpit_waits_for_its_answer():
    house = House(tarpit=PIT)
    client = house.greeted()
    client.say(b"XYZZY\r\n")
    client.say_nothing_more()
    house.loop.advance(10)
    assert client.hear().startswith("500 ") and client.is_closed


def test_a_half_close_before_the_greeting_ends_it():
    house = House(listener={"policies": {"greeting_delay": 5}})
    client = house.client()
    client.say_nothing_more()
    house.loop.advance(5)
    assert client.hear().startswith("220 ") and client.is_closed


# ── a client that does not read ──────────────────────────────────────────────


def flood(client):
    """NOOPs until the gateway has had enough of answering."""
    client.stop_reading()
    for _ in range(100):
        client.say(b"NOOP\r\n" * 1000)
        if not client.transport.is_reading_now:
            return
    raise AssertionError("it reads on and on")


def test_who_does_not_read_our_answers_is_not_read_either_and_memory_stays_bounded():
    house = House(limits={"junk_commands": 1_000_000})
    client = house.greeted()
    flood(client)
    assert len(client.transport.unsent) < 2 * WRITE_BUFFER and not client.connection.writable


def test_when_he_reads_again_everything_is_answered():
    house = House(limits={"junk_commands": 1_000_000})
    client = house.greeted()
    flood(client)
    heard = client.read_again() + client.say(b"RSET\r\n")
    assert heard.endswith("250 2.0.0 Reset\r\n") and client.transport.is_reading_now
    assert heard.count("250 2.0.0 OK") % 1000 == 0


def test_who_reads_again_while_an_answer_waits_is_not_read_before_it():
    scene = Waiting()
    scene.client.connection.pause_writing()
    scene.client.say(RCPT)
    scene.client.connection.resume_writing()
    scene.client.say(RCPT)
    scene.client.connection.pause_writing()
    scene.client.connection.resume_writing()
    assert not scene.client.transport.is_reading_now
    assert scene.answer().startswith("250 ")


def test_an_answer_that_comes_while_the_client_does_not_read_waits_for_him():
    scene = Waiting()
    scene.client.say(RCPT + b"NOOP\r\n")
    scene.client.stop_reading()
    scene.client.connection.pause_writing()
    assert scene.answer() == "" and not scene.client.transport.is_reading_now
    scene.client.transport.is_paused = True
    assert [line[:3] for line in scene.client.read_again().splitlines()] == ["250", "250"]


# ── the client goes away ─────────────────────────────────────────────────────


def test_everything_that_was_counted_is_given_back():
    house = House()
    client = house.greeted()
    client.say(MAIL, RCPT, DATA, b"half")
    client.go_away()
    assert not any(house.gauges.levels.values()) and not house.room.taken and not house.admission.idle
    house.loop.advance(10)
    assert house.loop.is_idle and not house.bugs


def test_going_away_while_an_answer_waits_is_recorded_when_it_is_there():
    scene = Waiting()
    scene.client.say(RCPT)
    scene.client.go_away()
    assert not scene.house.traces
    scene.answer()
    assert [t.end for t in scene.house.traces] == [End.ABANDONED] and not scene.house.bugs


def test_a_bug_that_shows_when_the_client_has_gone_is_reported_too():
    scene = Waiting()
    scene.house.listener.judge.engine.begin = lambda *of: Broken(scene.answers[0])
    scene.client.say(RCPT)
    scene.client.go_away()
    scene.break_down(ZeroDivisionError())
    assert [type(e) for _, e in scene.house.bugs] == [ZeroDivisionError] and scene.house.traces


class Broken:
    """A phase whose waiting ends in a bug of ours."""

    is_over = False

    def __init__(self, answer):
        self.answer = answer

    async def rest(self):
        await self.answer


def test_going_away_before_the_greeting_is_recorded():
    house = House(listener={"policies": {"greeting_delay": 5}})
    client = house.client()
    client.go_away()
    house.loop.advance(10)
    assert [t.end for t in house.traces] == [End.IDLE] and client.hear() == "" and house.loop.is_idle


def test_being_lost_twice_counts_once():
    house = House()
    client = house.greeted()
    client.go_away()
    client.loop.do(client.connection.connection_lost, None)
    assert len(house.traces) == 1 and house.room.taken == 0


# ── early talkers ────────────────────────────────────────────────────────────


def early(house, **transport):
    return house.client(**transport)


def test_who_talks_in_the_pause_before_the_greeting_is_found_out():
    house = House(
        **rejecting(Phase.CONNECT, when=lambda at: at.spoke_early, reply=Reply(554, "", "Wait")),
        listener={"policies": {"greeting_delay": 5}},
    )
    client = house.client()
    assert client.say(EHLO) == ""
    house.loop.advance(5)
    assert client.hear() == "554 Wait\r\n" and client.transport.ended


def test_who_waits_for_the_greeting_hears_it_after_the_pause():
    house = House(listener={"policies": {"greeting_delay": 5}})
    client = house.client()
    house.loop.advance(4.9)
    assert client.hear() == ""
    house.loop.advance(0.1)
    assert client.hear().startswith("220 ")


# ── closing ──────────────────────────────────────────────────────────────────


def test_after_a_violation_we_half_close_discard_what_comes_and_linger():
    house = House()
    client = house.greeted()
    assert client.say(b"NOOP\nMAIL FROM:<evil@example.net>\r\n").startswith("554 5.5.2 ")
    assert client.transport.ended and not client.is_closed
    assert client.say(MAIL + RCPT + DATA) == ""
    house.loop.advance(LINGER - 0.5)
    assert not client.is_closed
    house.loop.advance(1.0)
    assert client.is_closed and client.transport.was_aborted


def test_a_client_that_closes_first_ends_the_linger():
    house = House()
    client = house.greeted()
    client.say(b"NOOP\nx")
    client.say_nothing_more()
    assert client.is_closed and not client.transport.was_aborted


def test_a_transport_without_half_close_is_closed():
    client = House().greeted(has_eof=False)
    client.say(b"NOOP\n")
    assert client.is_closed and not client.transport.ended


def test_a_client_that_never_reads_our_last_word_is_cut_off():
    house = House()
    client = house.greeted()
    client.stop_reading()
    client.say(b"QUIT\r\n")
    assert not client.is_closed
    house.loop.advance(LINGER + 1)
    assert client.is_closed and client.transport.was_aborted


def test_quit_needs_no_linger():
    client = House().greeted()
    client.say(b"QUIT\r\n")
    assert client.is_closed and not client.transport.ended


# ── bugs of ours ─────────────────────────────────────────────────────────────


def test_a_bug_is_421_the_session_ends_and_the_operator_is_told():
    house = House()
    client = house.greeted()
    house.listener.routes.route = lambda *of: 1 / 0
    client.say(MAIL)
    assert client.say(RCPT + b"NOOP\r\n") == "421 4.3.0 Internal error, try again later\r\n" and client.transport.ended
    assert [(where, type(error)) for where, error in house.bugs] == [("session", ZeroDivisionError)]
    client.go_away()
    assert house.traces


def test_a_bug_behind_a_wait_is_421_too():
    scene = Waiting()
    scene.house.listener.judge.engine.begin = lambda *of: Broken(scene.answers[0])
    scene.client.say(RCPT)
    assert scene.break_down(ZeroDivisionError()) == "421 4.3.0 Internal error, try again later\r\n"
    assert [type(e) for _, e in scene.house.bugs] == [ZeroDivisionError]


def test_a_session_that_was_cancelled_is_421_too():
    scene = Waiting()
    scene.house.listener.judge.engine.begin = lambda *of: Broken(scene.answers[0])
    scene.client.say(RCPT)
    scene.house.loop.do(scene.answers[0].cancel)
    assert scene.client.hear().startswith("421 4.3.0 ")


def test_a_broken_check_is_no_bug_of_the_session():
    house = House(finds=((Phase.RCPT, "odd.thing", lambda at: 1 / 0),))
    assert house.greeted().say(MAIL, RCPT).endswith("250 2.1.5 Recipient OK\r\n")
    assert [where for where, _ in house.bugs] == ["odd"]


# ── the tar pit ──────────────────────────────────────────────────────────────


def test_in_the_tarpit_a_client_is_not_counted_among_the_served_and_makes_no_room():
    house = House(tarpit=PIT, limits={"connections": 1})
    waiting = house.greeted()
    waiting.say(b"XYZZY\r\n")
    assert (house.level("connections:inbound"), house.level("tarpit:inbound"), house.tally.tarpitted) == (0, 1, 1)
    other = house.client("192.0.2.7")
    assert other.hear().startswith("220 ") and not waiting.is_closed
    house.loop.advance(10)
    assert waiting.hear().startswith("500 ") and house.level("tarpit:inbound") == 0


def test_a_full_tarpit_drops_the_client_with_its_answer():
    house = House(tarpit=PIT, limits={"tarpitted": 1})
    house.greeted().say(b"XYZZY\r\n")
    client = house.greeted("192.0.2.7")
    assert client.say(b"XYZZY\r\nNOOP\r\n") == "500 5.5.1 Command not recognized\r\n" and client.transport.ended


def test_what_is_said_in_the_tarpit_is_answered_behind_it():
    house = House(tarpit=PIT)
    client = house.greeted()
    client.say(b"XYZZY\r\n")
    assert client.say(b"NOOP\r\n") == ""
    house.loop.advance(10)
    assert [line[:3] for line in client.hear().splitlines()] == ["500", "250"]


def test_what_was_answered_before_the_tarpit_is_heard_at_once():
    client = House(tarpit=PIT).greeted()
    assert client.say(b"NOOP\r\nXYZZY\r\n") == "250 2.0.0 OK\r\n"


def test_who_goes_away_out_of_the_tarpit_leaves_it():
    house = House(tarpit=PIT)
    client = house.greeted()
    client.say(b"XYZZY\r\n")
    client.go_away()
    assert not any(house.gauges.levels.values()) and house.tally.tarpitted == 0 and house.traces
    house.loop.advance(20)
    assert house.loop.is_idle


def test_the_tarpit_may_end_the_session_too():
    house = House(
        finds=((Phase.MAIL, "odd.thing"),), rules=(rule(Action.DROP, "odd.thing", Phase.MAIL, Reply(421, "", "x"),
        delay=5.0),)
    )  # fmt: skip
    client = house.greeted()
    client.say(MAIL)
    house.loop.advance(5)
    assert client.hear() == "421 x\r\n" and client.transport.ended


# ── making room ──────────────────────────────────────────────────────────────


def test_the_longest_idle_between_transactions_makes_room():
    house = House(limits={"connections": 2})
    first, second = house.greeted("192.0.2.1"), house.greeted("192.0.2.2")
    second.say(MAIL)
    third = house.client("192.0.2.3")
    assert first.hear() == "421 4.3.2 Too busy, try again later\r\n" and third.hear().startswith("220 ")
    first.go_away()
    assert house.traces[0].end is End.DROPPED


def test_who_is_within_a_transaction_never_has_to_go():
    house = House(limits={"connections": 1})
    first = house.greeted("192.0.2.1")
    first.say(MAIL)
    assert house.client("192.0.2.2").hear() == "421 4.3.2 Too many connections, try again later\r\n"
    first.say(RCPT, DATA, MESSAGE)
    assert house.client("192.0.2.3").hear().startswith("220 ")
    assert first.hear().startswith("421 4.3.2 ")


def test_who_waits_for_an_answer_of_ours_does_not_have_to_go():
    house = House(limits={"connections": 1}, listener={"policies": {"greeting_delay": 5}})
    house.client("192.0.2.1")
    assert house.client("192.0.2.2").hear().startswith("421 4.3.2 ")


def test_one_client_over_his_cap_is_sent_away_and_leaves_a_trace():
    house = House(limits={"connections_per_client": 1})
    house.greeted()
    client = house.client()
    assert client.hear() == "421 4.7.0 Too many connections from your address, try again later\r\n"
    assert client.transport.ended
    client.go_away()
    assert (house.traces[0].end, house.level("client:inbound:192.0.2.99")) == (End.DROPPED, 1)


def test_a_connection_knows_nothing_of_others():
    house = House()
    one, other = house.greeted("192.0.2.1"), house.greeted("192.0.2.2")
    one.say(MAIL)
    assert other.say(RCPT).startswith("503 ") and isinstance(one.connection, Connection)


# ── one who says a great deal at once ────────────────────────────────────────
def test_commands_in_great_number_are_answered_in_turns():
    house = House(limits={"junk_commands": 100_000})
    many, other = house.greeted("192.0.2.1"), house.client("192.0.2.2")
    order = []
    for name, client in (("many", many), ("other", other)):
        write = client.transport.write
        client.transport.write = lambda octets, name=name, write=write: (order.append(name), write(octets))
    house.loop.call_soon(many.connection.data_received, b"NOOP\r\n" * 1000)
    house.loop.call_soon(other.connection.data_received, EHLO)
    house.loop.turn()
    assert order.index("other") < len(order) - 1
    assert many.hear() == "250 2.0.0 OK\r\n" * 1000


def test_no_more_is_read_until_all_that_is_here_has_been_answered():
    house = House(limits={"junk_commands": 100_000})
    client = house.greeted()
    client.stop_reading()
    client.say(b"NOOP\r\n" * 20_000)
    kept = len(client.connection.core.lines.buffer)
    assert kept and not client.transport.is_reading_now
    client.transport.high = 10**9  # the client reads a little, and sends a great deal more
    client.transport.unread = b"NOOP\r\n" * 20_000
    house.loop.do(client.transport.read_all)
    assert len(client.connection.core.lines.buffer) <= kept
    assert client.hear().count("250 2.0.0 OK\r\n") == 40_000


def test_commands_that_each_wait_do_not_have_more_read_meanwhile():
    waiting = Waiting(limits={"recipients_per_message": 1000})
    waiting.client.say(RCPT * 4)
    waiting.client.transport.unread = RCPT * 1000
    before = len(waiting.client.connection.core.lines.buffer)
    waiting.client.transport.pause_reading()
    waiting.client.connection.reading = False
    for number in range(3):
        assert waiting.answer(number).startswith("250 ")
        assert len(waiting.client.connection.core.lines.buffer) < before + 1
    assert waiting.client.transport.unread


def test_one_who_leaves_between_two_turns_is_recorded():
    house = House(limits={"junk_commands": 100_000})
    client = house.greeted()
    connection = client.connection
    house.loop.call_soon(connection.data_received, b"NOOP\r\n" * 1000)
    house.loop.call_soon(client.transport.lose)
    house.loop.turn()
    assert [trace.end for trace in house.traces] == [End.IDLE]
    assert not house.loop.errors and not house.bugs


def test_content_that_came_before_it_was_asked_for_is_recorded_as_what_it_is():
    scene = Waiting(Phase.DATA)
    scene.client.say(RCPT, DATA)
    scene.client.say(b"Subject: x\r\n\r\n.\r\n" + MAIL)
    assert scene.answer() == "554 5.5.0 Improper pipelining; closing connection\r\n"
    scene.client.go_away()
    (trace,) = scene.house.traces
    assert (trace.end, trace.exchanges[-1].argument) == (End.DROPPED, "command.pipelining")
    assert trace.reply.startswith("554 5.5.0 ")


def test_the_greeting_waits_for_what_has_to_be_known():
    house = House()
    answer = house.loop.create_future()
    house.listener.judge = house.judge(((Phase.CONNECT, "odd.thing"),), (), {"odd.thing": answer})
    client = house.client()
    assert client.hear() == ""
    house.loop.do(answer.set_result, None)
    assert client.hear() == "220 mx.example.com ESMTP\r\n"
