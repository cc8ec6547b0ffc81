"""A configuration with a journal in which the four things that happen all day have happened."""

from pathlib import Path
from typing import Any

from gatepost.adapters.journal.store import Received, Store
from gatepost.adapters.journal.summary import summarized
from gatepost.adapters.journal.wire import encode
from gatepost.cli.main import real_command
from gatepost.config.load import load
from gatepost.model.finding import Finding
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.tls import Tls
from gatepost.model.trace import Decision, End, Exchange, Handover, RecipientEnd, Step, Trace
from gatepost.model.verdict import Action, Verdict
from tests.adapters.journal.traces import trace
from tests.config.texts import text

OK = Verdict(Action.ACCEPT, Reply(250, "2.0.0", "OK"), "default")
UNKNOWN = Verdict(Action.REJECT, Reply(550, "5.1.1", "User unknown"), "unknown-recipient", ("recipient.unknown",))
NUL = Verdict(Action.REJECT, Reply(554, "5.6.0", "The header contains NUL"), "header-nul", ("header.nul",))
HELO = Exchange("EHLO", "250 mx1.example.com", "mail.example.net", 0.012)
MAIL = Exchange("MAIL", "250 2.1.0 Sender OK", "FROM:<ann@example.net>", 0.020)
RCPT = Exchange("RCPT", "250 2.1.5 Recipient OK", "TO:<bob@example.com>", 0.031)
DATA = Exchange("DATA", "354 End data with <CR><LF>.<CR><LF>", "", 0.040)
GREETED = (Decision(Phase.CONNECT, OK, (Step("rate"),)), Decision(Phase.HELO, OK, (Step("helo"),), 0.012))

ACCEPTED = trace(
    1,
    decisions=(*GREETED, Decision(Phase.RCPT, OK, (Step("recipient"),), 0.03, "bob@example.com")),
    exchanges=(HELO, MAIL, RCPT, DATA, Exchange(".", "250 2.0.0 Message accepted 01HK000000000001", "", 0.31)),
    reply="250 2.0.0 Message accepted 01HK000000000001",
    handovers=(
        Handover(
            "inside",
            "192.0.2.5:25",
            "250 2.0.0 Ok: queued as 4F3A",
            0.21,
            Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", 128),
        ),
    ),
)
NOBODY = trace(
    2,
    end=End.REFUSED,
    elapsed=31.2,
    action="reject",
    rule="unknown-recipient",
    because=("recipient.unknown",),
    reply="250 2.0.0 ",
    recipients=(RecipientEnd("nobody@example.com", End.REFUSED, "550 5.1.1 User unknown", "unknown-recipient"),),
    decisions=(
        GREETED[0],
        Decision(Phase.HELO, OK, (Step("helo", findings=(Finding("helo.single_label", "pc7", 0.5),)),), 0.012),
        Decision(
            Phase.RCPT,
            UNKNOWN,
            (Step("recipient", findings=(Finding("recipient.unknown", "nobody@example.com"),)), Step("harvest")),
            0.03,
            "nobody@example.com",
        ),
    ),
    exchanges=(
        HELO,
        MAIL,
        Exchange("RCPT", "550 5.1.1 User unknown", "TO:<nobody@example.com>", 0.031, 30.0),
        Exchange("RSET", "250 2.0.0 OK", "", 31.2),
    ),
    helo="pc7",
    tls=None,
    size=0,
    message_id="",
    handovers=(),
)
CONTENT = trace(
    3,
    end=End.REFUSED,
    action="reject",
    rule="header-nul",
    because=("header.nul",),
    reply="554 5.6.0 The header contains NUL",
    recipients=(RecipientEnd("bob@example.com", End.REFUSED, "554 5.6.0 The header contains NUL", "header-nul"),),
    decisions=(
        *GREETED,
        Decision(
            Phase.MESSAGE,
            NUL,
            (
                Step(
                    "header", findings=(Finding("header.no_date", "", 0.5), Finding("header.nul", "at octet 812", 5.0))
                ),
            ),
            0.2,
        ),
    ),
    exchanges=(HELO, MAIL, RCPT, DATA, Exchange(".", "554 5.6.0 The header contains NUL", "", 0.21)),
    handovers=(),
)
AWAY = "451 4.4.1 Mail server behind the gateway is not available, try again later"
DOWN = trace(
    4,
    end=End.DEFERRED,
    reply=AWAY,
    recipients=(RecipientEnd("bob@example.com", End.DEFERRED, AWAY, "default"),),
    decisions=GREETED,
    exchanges=(HELO, MAIL, RCPT, DATA, Exchange(".", AWAY, "", 5.04)),
    elapsed=5.04,
    handovers=(Handover("inside", reply="192.0.2.5:25: connection refused"),),
)
ALL = (ACCEPTED, NOBODY, CONTENT, DOWN)


def configured(
    folder: Path, traces: tuple[Trace, ...] = ALL, losses: dict[str, int] | None = None, **change: Any
) -> Path:
    """The configuration's file; its journal holds these."""
    file = folder / "gatepost.toml"
    file.write_text(text({"gateway": {"data_dir": str(folder / "data")}, **change}))
    (folder / "data").mkdir(exist_ok=True)
    store = Store(journal_of(file))
    store.write([Received(summarized(t), encode(t)) for t in traces], (), losses or {}, 0.0)
    store.close()
    return file


def journal_of(file: Path) -> Path:
    from gatepost.app.records import open_records

    return open_records(load(file)).path


def call(name: str, *arguments: object) -> int:
    """The exit code of a command."""
    code = real_command(name).main([str(a) for a in arguments], prog_name="gatepost", standalone_mode=False)
    return code if isinstance(code, int) else 0
