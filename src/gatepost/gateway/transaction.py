"""One mail transaction while it lasts, and the trace that remains of it."""

from msgspec import Struct, structs

from gatepost.gateway.body_hashing import BodyHashing
from gatepost.gateway.routes import Route
from gatepost.gateway.spool import Spool
from gatepost.model.address import Address, text
from gatepost.model.authentication import Authentication
from gatepost.model.finding import Finding, Findings
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.stage import ConnectStage, MailStage
from gatepost.model.trace import Decision, End, Exchange, Handover, RecipientEnd, Trace
from gatepost.model.verdict import Action, Verdict

MESSAGE_ID_LIMIT = 256  # characters kept in the trace
EXCHANGE_LIMIT = 400  # commands of one transaction kept in the trace
RECIPIENT_LIMIT = 1000  # refused recipients kept in the trace


class Recipient(Struct, frozen=True):
    """A recipient accepted at RCPT: where he goes, what was found on him then, its verdict, his DSN wishes."""

    address: Address
    route: Route
    findings: tuple[Finding, ...]
    carried: Verdict
    notify: str = ""
    orcpt: str = ""


class Record:
    """What a trace is made from. Owned by the session; one for each transaction or empty connection.

    Args:
        began: Unix time in seconds.

    `mail` is the last MAIL that checks were asked about.
    """

    __slots__ = ("began", "decisions", "exchanges", "id", "mail", "start")

    def __init__(self, identity: str, began: float, start: float) -> None:
        self.id = identity
        self.began = began
        self.start = start  # monotonic seconds
        self.exchanges: list[Exchange] = []
        self.decisions: list[Decision] = []
        self.mail: MailStage | None = None

    def exchange(self, verb: str, argument: str, reply: Reply, at: float, delay: float) -> None:
        if len(self.exchanges) < EXCHANGE_LIMIT:
            self.exchanges.append(Exchange(verb, str(reply), argument, at - self.start, delay))


class Transaction:
    """Between MAIL and the reply to the final dot. Owned by the session.

    Args:
        at: the stage at MAIL.
        known: what was found up to MAIL.
        carried: the verdict at MAIL; TAG and QUARANTINE hold for the message to come.
    """

    __slots__ = (
        "at", "authenticated", "authentication", "carried", "delayed", "ended", "envid", "handovers", "hashing",
        "known", "message_id", "offered", "recipients", "refused", "ret", "size", "spool", "spool_full", "verdict",
    )  # fmt: skip

    def __init__(self, at: MailStage, ret: str, envid: str, known: Findings, carried: Verdict) -> None:
        self.at = at
        self.known = known
        self.carried = carried
        self.ret = ret
        self.envid = envid
        self.recipients: list[Recipient] = []
        self.refused: list[RecipientEnd] = []
        self.offered = 0
        self.delayed = 0.0  # seconds spent in the tar pit
        self.spool: Spool | None = None
        self.hashing: BodyHashing | None = None  # once the content has become large
        self.authentication: Authentication | None = None
        self.authenticated: tuple[str, ...] = ()
        self.spool_full = False
        self.size = 0
        self.message_id = ""
        self.handovers: tuple[Handover, ...] = ()
        self.verdict: Verdict | None = None
        self.ended: tuple[RecipientEnd, ...] = ()

    def refuse(self, address: Address, reply: Reply, rule: str) -> None:
        if len(self.refused) < RECIPIENT_LIMIT:
            end = End.REFUSED if reply.code >= 500 else End.DEFERRED
            self.refused.append(RecipientEnd(str(address), end, str(reply), rule))

    def release(self) -> None:
        """Give the spool back."""
        if self.spool is not None:
            self.spool.close()
            self.spool = None


class Place(Struct, frozen=True, gc=False):
    """Node and worker of a session, for its traces; both ends of its connection; `client` as `client_of` has it."""

    node: str
    worker: int
    client: str
    address: str
    client_port: int
    server: str


def trace(
    record: Record,
    place: Place,
    at: ConnectStage,
    end: End,
    reply: Reply,
    elapsed: float,
    transaction: Transaction | None,
) -> Trace:
    """The whole story; `at` is the furthest stage reached before MAIL."""
    verdict = deciding(record, transaction)
    action, rule, because = ("", "", ()) if verdict is None else (verdict.action.value, verdict.rule, verdict.because)
    said = str(reply)
    sender, user, size, identity = None, "", 0, ""
    recipients: tuple[RecipientEnd, ...] = ()
    handovers: tuple[Handover, ...] = ()
    authentication: Authentication | None = None
    authenticated: tuple[str, ...] = ()
    if transaction is not None:
        authentication, authenticated = transaction.authentication, transaction.authenticated
        sender, user, size = text(transaction.at.sender), transaction.at.user, transaction.size
        identity, handovers = transaction.message_id[:MESSAGE_ID_LIMIT], transaction.handovers
        accepted = transaction.ended or [RecipientEnd(str(r.address), end, said) for r in transaction.recipients]
        recipients = (*accepted, *transaction.refused)
        if transaction.verdict is None and transaction.refused and not transaction.recipients:
            last = transaction.refused[-1]
            action, rule = (Action.REJECT if last.end is End.REFUSED else Action.DEFER).value, last.rule
    whole = Trace(
        id=record.id, session=at.session, node=place.node, worker=place.worker, listener=at.listener,
        began=record.began, elapsed=elapsed, client_ip=place.address, client_port=place.client_port,
        server=place.server, end=end, helo=getattr(at, "helo", ""), tls=getattr(at, "tls", None), user=user,
        sender=sender, recipients=recipients, size=size, message_id=identity,
        authenticated=authenticated, authentication=authentication, action=action, rule=rule,
        because=because, reply=said, decisions=tuple(record.decisions), exchanges=tuple(record.exchanges),
        handovers=handovers,
    )  # fmt: skip
    if transaction is None and record.mail is not None:
        return refused_sender(whole, record.mail, record.decisions)
    return whole


def refused_sender(common: Trace, mail: MailStage, decisions: list[Decision]) -> Trace:
    """A transaction that ended at MAIL, whatever the client said before it went."""
    verdict = decisions[-1].verdict if decisions and decisions[-1].phase is Phase.MAIL else None
    common = structs.replace(common, sender=text(mail.sender), user=mail.user)
    if verdict is None or common.end is not End.IDLE or verdict.action not in (Action.DEFER, Action.REJECT):
        return common
    end = End.REFUSED if verdict.action is Action.REJECT else End.DEFERRED
    return structs.replace(common, end=end, reply=str(verdict.reply))


def deciding(record: Record, transaction: Transaction | None) -> Verdict | None:
    """The verdict on the message; without one, the last that was given."""
    if transaction is not None and transaction.verdict is not None:
        return transaction.verdict
    return record.decisions[-1].verdict if record.decisions else None
