import pytest

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.directory_callout import CalloutDirectory, CalloutSettings, accepts_anybody
from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.ports.backend import Delivery, Envelope, Extensions, Payload
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

ANN = Address("ann", Domain("example.com"))


class Answering:
    """A backend that says to every RCPT what it was given; a string is "code enhanced"."""

    name = "exchange"

    def __init__(self, reply: str | None) -> None:
        self.reply = reply
        self.asked: list[tuple[Address | None, Address]] = []

    async def verify(self, sender: Address | None, recipient: Address) -> Reply:
        self.asked.append((sender, recipient))
        if self.reply is None:
            raise Unavailable("exchange: no host answers")
        code, _, enhanced = self.reply.partition(" ")
        return Reply(int(code), enhanced, "whatever")

    def extensions(self) -> Extensions:
        return Extensions()

    async def deliver(self, envelope: Envelope, payload: Payload) -> Delivery:
        raise AssertionError("a callout sends nothing")


@pytest.mark.parametrize("reply", ["250 2.1.5", "250", "251 2.1.5", "252 2.0.0"])
async def test_who_is_taken_exists_but_is_not_listed(reply):
    assert await CalloutDirectory(Answering(reply)).find(ANN) == Found("ann@example.com", listed=False)


@pytest.mark.parametrize(
    "reply",
    ["550 5.1.1", "550 5.1.10", "550 5.4.1", "550 5.2.1", "550", "551", "553", "550 5.0.0", "501 5.1.3", "554 5.1.1"],
)
async def test_whom_the_server_does_not_know_is_unknown(reply):
    assert await CalloutDirectory(Answering(reply)).find(ANN) is None


@pytest.mark.parametrize("reply", ["550 5.7.1", "552 5.2.2", "550 5.7.133"])
async def test_who_gets_no_mail_now_exists(reply):
    assert await CalloutDirectory(Answering(reply)).find(ANN) is not None


@pytest.mark.parametrize(
    "reply", ["450 4.2.1", "451", "421 4.3.2", "554", "530", "503 5.5.1", "550 5.3.2", "552", "354", None]
)
async def test_anything_else_says_nothing(reply):
    with pytest.raises(Unavailable):
        await CalloutDirectory(Answering(reply)).find(ANN)


async def test_the_null_sender_asks():
    backend = Answering("250 2.1.5")
    await CalloutDirectory(backend).find(ANN)
    assert backend.asked == [(None, ANN)]


@pytest.mark.parametrize(("reply", "anybody"), [("250 2.1.5", True), ("550 5.1.1", False)])
async def test_a_server_that_takes_a_random_address_takes_anybody(reply, anybody):
    assert await accepts_anybody(Answering(reply), Domain("example.com")) is anybody


async def test_the_random_address_is_never_the_same():
    backend = Answering("550 5.1.1")
    for _ in range(5):
        await accepts_anybody(backend, Domain("example.com"))
    assert len({recipient.local for _, recipient in backend.asked}) == 5


def test_settings_name_the_backend():
    assert CalloutSettings(backend="exchange").type == "callout"


@pytest.mark.servers
class TestWithPostfix:
    @pytest.fixture
    async def backend(self, start_postfix):
        made: list[Pool] = []

        def make(**arguments) -> Pool:
            server = start_postfix(domains=["example.com"], **arguments)
            pool = Pool("mail", BackendSettings(hosts=[f"127.0.0.1:{server.port}"]), "mx1.example.com")
            made.append(pool)
            return pool

        yield make
        for pool in made:
            await pool.close(1.0)

    async def test_its_recipients_exist_and_others_do_not(self, backend):
        directory = CalloutDirectory(backend(recipients=["ann@example.com"]))
        assert await directory.find(ANN) == Found("ann@example.com")
        assert await directory.find(Address("bob", Domain("example.com"))) is None

    async def test_it_is_found_out_when_it_takes_anybody(self, backend):
        assert await accepts_anybody(backend(), Domain("example.com"))
