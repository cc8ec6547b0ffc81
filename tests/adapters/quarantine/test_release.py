"""What is released is delivered as it came, says who let it through, and is sent once."""

import asyncio

import pytest

from gatepost.adapters.quarantine.release import Releasing
from gatepost.model.reply import Reply
from gatepost.model.samples import address
from gatepost.ports.backend import Delivery
from gatepost.ports.quarantine import Fate, ReleaseEnd
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeBackend
from tests.adapters.quarantine.warehouse import ANN, BOB, CONTENT, EVE, KEY, OURS, Warehouse

NO = Reply(550, "5.1.1", "No such user")


class Desk:
    """Somebody who releases, and the mail server behind."""

    def __init__(self, directory, key=None, learner=None):
        self.house = Warehouse(directory, key)
        self.backend = FakeBackend("inside")
        self.learner = learner
        self.who = "ann"

    def release(self, held, to=None):
        releasing = Releasing(
            self.house.holdings, {"inside": self.backend}, self.house.clock, prefix="X-Gateway", who=self.who,
            learner=self.learner,
        )  # fmt: skip
        return asyncio.run(releasing.release(held, "inside", to))

    def one(self, **search):
        (held,) = self.house.find(**search)
        return held


@pytest.fixture(params=[None, KEY], ids=["plain", "sealed"])
def desk(request, tmp_path):
    return Desk(tmp_path / "q", request.param)


def test_it_is_delivered_as_it_came_with_who_released_it_on_top(desk):
    desk.house.put(BOB, ret="HDRS", envid="one", notify=("NEVER",), orcpt=("rfc822;b@old.test",), body="8BITMIME")
    held = desk.one()
    done = desk.release(held)
    ((envelope, octets),) = desk.backend.messages
    top = (
        b"X-Gateway-Released: ann; Mon, 1 Jan 2024 10:00:00 +0000\r\n"
        b"X-Gateway-Quarantine: " + held.id.encode() + b"\r\n"
    )
    assert octets == top + OURS + CONTENT
    assert (envelope.sender, envelope.recipients) == (ANN, (address(BOB),)) and envelope.size == len(octets)
    assert (envelope.ret, envelope.envid, envelope.notify, envelope.orcpt, envelope.body) == (
        "HDRS", "one", ("NEVER",), ("rfc822;b@old.test",), "8BITMIME",
    )  # fmt: skip
    assert done.end is ReleaseEnd.RELEASED and done.said == "192.0.2.25:25: 250 2.0.0 Taken"
    assert (done.held.fate, done.held.by, done.held.to) == (Fate.RELEASED, "ann", BOB)
    assert desk.house.files("content/*/*") == []


def test_a_second_time_it_is_not_sent_again(desk):
    desk.house.put(BOB)
    held = desk.one()
    first, second = desk.release(held), desk.release(held)
    assert len(desk.backend.messages) == 1
    assert second.end is ReleaseEnd.ALREADY and second.held == first.held


@pytest.mark.parametrize("fate", [Fate.DELETED, Fate.EXPIRED])
def test_what_is_gone_is_not_sent(desk, fate):
    desk.house.put(BOB)
    held = desk.one()
    desk.house.holdings.settle(held, fate, now=1.0, by="eve")
    done = desk.release(held)
    assert (done.end, done.held.fate, desk.backend.messages) == (ReleaseEnd.ALREADY, fate, [])


def test_the_other_recipients_copies_stay(desk):
    desk.house.put(BOB, EVE)
    desk.release(desk.one(recipient=BOB))
    assert desk.house.recipients() == [EVE] and desk.house.content(desk.one()) == OURS + CONTENT


def test_somebody_else_can_have_it_instead(desk):
    desk.house.put(BOB, notify=("NEVER",))
    done = desk.release(desk.one(), address(EVE))
    ((envelope, _),) = desk.backend.messages
    assert envelope.recipients == (address(EVE),) and envelope.notify == () and done.held.to == EVE


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        (b"X-Gateway-Released: forged\r\nSubject: a\r\n\r\nx\r\n", b"Subject: a\r\n\r\nx\r\n"),
        (b"Subject: a\r\nx-gateway-QUARANTINE : forged\r\n folded\r\n\r\nx\r\n", b"Subject: a\r\n\r\nx\r\n"),
        (b"X-Gatewayed: a\r\n\r\nX-Gateway-Released: body\r\n", b"X-Gatewayed: a\r\n\r\nX-Gateway-Released: body\r\n"),
        (b"\r\nbody\r\n", b"\r\nbody\r\n"),
        (b"", b""),
        (b"Subject: no body", b"Subject: no body"),
    ],
)
def test_what_claims_to_be_of_ours_in_the_clients_header_is_taken_out(desk, own, kept):
    """Of a client inside, or held while our names had another beginning."""
    desk.house.put(BOB, content=own)
    desk.release(desk.one())
    ((envelope, octets),) = desk.backend.messages
    assert octets.partition(OURS)[2] == kept and envelope.size == len(octets)


def test_a_large_message_is_sent_whole(desk):
    content = b"Subject: a\r\nX-Gateway-Released: x\r\n\r\n" + b"".join(b"%070d\r\n" % n for n in range(20_000))
    desk.house.put(BOB, content=content)
    desk.release(desk.one())
    assert desk.backend.messages[0][1].endswith(OURS + content.replace(b"X-Gateway-Released: x\r\n", b""))


@pytest.mark.parametrize("who", ["eve\r\nX-Evil: yes", "ev\u00e9\x7f", "e" * 500, "a b"])
def test_who_releases_cannot_write_fields_of_his_own(desk, who):
    desk.who = who
    desk.house.put(BOB)
    desk.release(desk.one())
    first = desk.backend.messages[0][1].split(b"\r\n")[0]
    assert first.startswith(b"X-Gateway-Released: ") and len(first) < 130 and first.isascii()
    assert desk.backend.messages[0][1].split(b"\r\n")[1].startswith(b"X-Gateway-Quarantine: ")


# ── what goes wrong ──────────────────────────────────────────────────────────
def test_a_mail_server_that_is_away_changes_nothing(desk):
    desk.house.put(BOB)
    desk.backend.down = True
    done = desk.release(desk.one())
    assert (done.end, done.said) == (ReleaseEnd.LATER, "inside") and desk.house.recipients() == [BOB]
    desk.backend.down = False
    assert desk.release(desk.one()).end is ReleaseEnd.RELEASED


@pytest.mark.parametrize(("reply", "end"), [(NO, ReleaseEnd.REFUSED), (Reply(452, "4.2.2", "Full"), ReleaseEnd.LATER)])
def test_a_mail_server_that_refuses_changes_nothing(desk, reply, end):
    desk.house.put(BOB)
    desk.backend.refused = {BOB: reply}
    done = desk.release(desk.one())
    assert done.end is end and done.said == f"192.0.2.25:25: {reply}" and desk.house.recipients() == [BOB]


class Doubtful(FakeBackend):
    async def deliver(self, envelope, payload):
        return Delivery(host="192.0.2.25:25", reply=Reply(0, "", "timed out"), taken=False, doubtful=True)


def test_without_a_clear_answer_it_is_still_held_and_the_doubt_is_said(desk):
    desk.house.put(BOB)
    desk.backend = Doubtful()
    done = desk.release(desk.one())
    assert done.end is ReleaseEnd.LATER and "may have the message" in done.said and desk.house.recipients() == [BOB]


def test_where_the_250_cannot_be_written_down_it_is_said_that_it_was_delivered(desk, monkeypatch):
    desk.house.put(BOB)
    held = desk.one()

    def failing(*_, **__):
        raise Unavailable("disk full")

    monkeypatch.setattr(desk.house.holdings, "settle", failing)
    done = desk.release(held)
    assert done.end is ReleaseEnd.UNMARKED and "250" in done.said and "disk full" in done.said
    monkeypatch.undo()
    assert desk.release(held).end is ReleaseEnd.RELEASED and len(desk.backend.messages) == 2  # twice, never lost


@pytest.mark.parametrize("change", [lambda o: o[:-1], lambda o: o + b"x", lambda o: b""])
def test_nothing_is_sent_of_a_message_that_is_not_whole(desk, change):
    desk.house.put(BOB)
    (path,) = desk.house.files("content/*/*")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Unavailable):
        desk.release(desk.one())
    assert not desk.backend.messages


class Slow(FakeBackend):
    """While it delivers somebody else wants to release it too."""

    def __init__(self, meanwhile):
        super().__init__()
        self.meanwhile = meanwhile

    async def deliver(self, envelope, payload):
        self.meanwhile()
        return await super().deliver(envelope, payload)


def test_two_at_once_do_not_both_send_it(desk, monkeypatch):
    monkeypatch.setattr("gatepost.adapters.quarantine.places.PATIENCE", 0.05)
    desk.house.put(BOB)
    held = desk.one()
    other = desk.house.reopened()
    seen = []

    def meanwhile():
        with pytest.raises(Unavailable, match="locked"), other.holdings.alone(held):
            seen.append("both")

    desk.backend = Slow(meanwhile)
    assert desk.release(held).end is ReleaseEnd.RELEASED and not seen and len(desk.backend.messages) == 1


def test_what_is_deleted_before_its_octets_are_sent_is_not_sent(desk):
    desk.house.put(BOB)
    held = desk.one()
    desk.backend = Slow(lambda: desk.house.reopened().holdings.settle(held, Fate.DELETED, now=1.0, by="eve"))
    assert desk.release(held).end is ReleaseEnd.LATER and not desk.backend.messages
    assert desk.release(held).held.fate is Fate.DELETED


# ── who learns ───────────────────────────────────────────────────────────────
class Learner:
    def __init__(self):
        self.learned = []

    def released(self, held, octets):
        self.learned.append((held, b"".join(octets)))


def test_who_learns_from_it_gets_the_octets_once_it_is_released(tmp_path):
    desk = Desk(tmp_path / "q", learner=Learner())
    desk.house.put(BOB)
    held = desk.one()
    desk.backend.down = True
    desk.release(held)
    assert not desk.learner.learned
    desk.backend.down = False
    done = desk.release(held)
    desk.release(held)
    assert desk.learner.learned == [(done.held, OURS + CONTENT)]


def test_what_cannot_be_read_again_for_the_learner_counts_as_released_all_the_same(tmp_path):
    desk = Desk(tmp_path / "q", learner=Learner())
    desk.house.put(BOB)
    deliver = desk.backend.deliver

    async def and_away(envelope, payload):
        said = await deliver(envelope, payload)
        for path in desk.house.files("content/*/*"):
            path.unlink()
        return said

    desk.backend.deliver = and_away
    done = desk.release(desk.one())
    assert (done.end, done.held.fate) == (ReleaseEnd.RELEASED, Fate.RELEASED)
    assert not desk.learner.learned
