"""The final dot: the message is judged, handed over, recorded, and only then answered."""

from itertools import groupby

from msgspec import structs

from gatepost.auth.batv import day_of, signed
from gatepost.gateway.answer import Answer
from gatepost.gateway.authenticated import authentication, vouchers
from gatepost.gateway.handover import Group, Handing, Outcome, hand_over
from gatepost.gateway.listener import Listener
from gatepost.gateway.mail_dialogue import TOO_LARGE_HERE
from gatepost.gateway.outgoing import Outgoing, outgoing, received
from gatepost.gateway.relayed import client_behind
from gatepost.gateway.session import Session
from gatepost.gateway.stripping import stripped
from gatepost.gateway.transaction import Recipient, Transaction
from gatepost.model.address import Address
from gatepost.model.finding import Findings
from gatepost.model.message import Message
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.stage import MessageStage
from gatepost.model.trace import End, Step
from gatepost.model.verdict import Action, Verdict
from gatepost.ports.backend import Envelope
from gatepost.smtp.events import EndOfContent
from gatepost.syntax.header import HEADER_LIMIT, read_header

DISK_FULL = Reply(452, "4.3.1", "Insufficient system storage, try again later")
HEADER_TOO_LARGE = Reply(552, "5.3.4", "Message header is too large")
BAD_HEADER = Reply(554, "5.6.0", "Message header begins with a continuation line")
UNREADABLE_HEADER = ("too-large", "too-many-fields")
STRAY_FOLD = "leading-fold"  # it would continue the last of our own fields
SEVERITY = {action: severity for severity, action in enumerate(Action)}


async def message(session: Session, event: EndOfContent) -> Answer:
    """Judge and hand over. The trace is with the journal before the answer is given (ARCHITECTURE §5 rule 10)."""
    transaction = session.transaction
    if transaction is None or transaction.spool is None:
        raise TypeError("content without DATA is the protocol's to refuse")
    transaction.size = event.size
    reply = unfit(transaction)
    if reply is None:
        outcome = await judged(session, transaction, event)
        reply = outcome.reply
        transaction.ended, transaction.handovers = outcome.recipients, outcome.handovers
        end = outcome.end
    else:
        end = End.REFUSED if reply.code >= 500 else End.DEFERRED
    session.messages += 1
    session.octets += event.size
    session.listener.outside.tally.octets_in += event.size
    session.junk = 0
    least = transaction.verdict.delay if transaction.verdict else 0.0
    answer = Answer(reply, least)
    if reply.code >= 400:
        answer = await session.delayed(Answer(reply, reference=session.reference), least)
    dropped = transaction.verdict is not None and transaction.verdict.action is Action.DROP
    unwritten = session.finish(end, reply, ".")
    if unwritten is not None and not await session.listener.outside.journal.record_later(unwritten):
        session.listener.outside.tally.lost += 1
    return structs.replace(answer, close=True) if dropped and reply.code >= 400 else answer


def unfit(transaction: Transaction) -> Reply | None:
    """What no check needs to look at."""
    if transaction.spool_full:
        return DISK_FULL
    sizes = [r.route.message_size for r in transaction.recipients if r.route.message_size is not None]
    return TOO_LARGE_HERE if sizes and transaction.size > min(sizes) else None


async def judged(session: Session, transaction: Transaction, event: EndOfContent) -> Outcome:
    """The MESSAGE phase, then the handover."""
    spool = transaction.spool
    if spool is None:
        raise TypeError("no content")
    fields, octets, malformed = read_header(spool.head(HEADER_LIMIT + 4))
    whole = Message(
        size=event.size, header=fields, header_octets=octets, content=spool, eight_bit=event.eight_bit,
        longest_line=event.longest_line, malformed=malformed,
    )  # fmt: skip
    transaction.message_id = message_id(whole)
    at = message_stage(session, transaction, whole)
    if malformed and (reply := uncleanable(malformed)) is not None:
        refused = Verdict(Action.REJECT, reply, "header-limits")
        return await handed_over(session, transaction, at, [(refused, transaction.recipients)])
    course = session.begin(Phase.MESSAGE, at)
    if not course.is_over:
        await course.rest()
    known = course.known
    transaction.authentication = authentication(known)
    transaction.authenticated = vouchers(known)
    judged = verdicts(session, transaction, at, tuple(course.steps), known)
    return await handed_over(session, transaction, structs.replace(at, so_far=known), judged)


def uncleanable(malformed: tuple[str, ...]) -> Reply | None:
    """What cannot be read to its end cannot be cleaned of what only the inside may say."""
    if any(defect in UNREADABLE_HEADER for defect in malformed):
        return HEADER_TOO_LARGE
    return BAD_HEADER if STRAY_FOLD in malformed else None


def message_id(message: Message) -> str:
    fields = message.fields("message-id")
    return fields[0].value.decode("ascii", "replace") if fields else ""


def message_stage(session: Session, transaction: Transaction, message: Message) -> MessageStage:
    at = transaction.at
    client, key = at.client_ip, at.client
    if session.is_trusted and (behind := client_behind(message, session.listener.site.trusted_relays)):
        client, key = behind, ""
    known = transaction.known
    if transaction.hashing is not None and transaction.hashing.hashes is not None:
        known = Findings(known.items, (*known.values, transaction.hashing.hashes))
    return MessageStage(
        session=at.session, listener=at.listener, role=at.role, client_ip=client, limits=at.limits,
        now=session.listener.outside.clock.now(), so_far=known, spoke_early=at.spoke_early, client=key,
        relay=at.relay, helo=at.helo, esmtp=at.esmtp, tls=at.tls, transaction=at.transaction, sender=at.sender,
        declared_size=at.declared_size, body=at.body, smtputf8=at.smtputf8, user=at.user,
        messages_before=at.messages_before, octets_before=at.octets_before,
        recipients=tuple([r.address for r in transaction.recipients]), message=message,
    )  # fmt: skip


Judged = list[tuple[Verdict, list[Recipient]]]


def verdicts(
    session: Session, transaction: Transaction, at: MessageStage, steps: tuple[Step, ...], known: Findings
) -> Judged:
    """One verdict for all recipients alike; where something is known of one alone, one for each kind of recipient."""
    judge = session.listener.judge
    everybody = transaction.recipients
    if not judge.by_recipient and all(r.carried == everybody[0].carried and not r.findings for r in everybody):
        groups = [everybody]
    else:
        groups = [list(g) for _, g in groupby(sorted(everybody, key=kind), kind)]
    judged: Judged = []
    for group in groups:
        first = group[0]
        one = first.address if judge.by_recipient else None
        verdict = harsher(judge.verdict(Phase.MESSAGE, at, (*known.items, *first.findings), one), first, transaction)
        session.decide(Phase.MESSAGE, verdict, steps, str(first.address) if len(groups) > 1 or first.findings else "")
        judged.append((verdict, group))
        steps = ()
    return judged


def kind(recipient: Recipient) -> tuple[str, str]:
    return "|".join(f.code for f in recipient.findings), str(recipient.address)


def harsher(verdict: Verdict, recipient: Recipient, transaction: Transaction) -> Verdict:
    """TAG and QUARANTINE of an earlier phase hold for the message, unless this phase says worse."""
    return max((verdict, recipient.carried, transaction.carried), key=lambda v: SEVERITY[v.action])


async def handed_over(session: Session, transaction: Transaction, at: MessageStage, judged: Judged) -> Outcome:
    """Make the groups what the backend can be told, and hand them over."""
    outside = session.listener.outside
    worst = max((verdict for verdict, _ in judged), key=lambda v: SEVERITY[v.action])
    transaction.verdict = worst
    groups = [group(session, at, verdict, of) for verdict, of in together(judged)]
    accepted = Reply(250, "2.0.0", f"Message accepted {at.transaction}")
    handing = Handing(
        outside.backends, outside.quarantine, outside.memory, at.transaction, at.sender, lambda: not session.gone
    )
    return await hand_over(groups, accepted, handing)


def together(judged: Judged) -> Judged:
    """Those for whom it is the same message with the same fate go in one transaction, with one answer for them all."""
    if len(judged) == 1:
        return judged
    found: dict[tuple[Action, str], tuple[Verdict, list[Recipient]]] = {}
    for verdict, of in judged:
        fate = (verdict.action, "" if verdict.action is Action.ACCEPT else verdict.rule)
        found.setdefault(fate, (verdict, []))[1].extend(of)
    return list(found.values())


def group(session: Session, at: MessageStage, verdict: Verdict, recipients: list[Recipient]) -> Group:
    """Recipients with one fate, and the message as it is for them."""
    if verdict.action is Action.STRIP:
        at, verdict = stripped(at, verdict, session.listener.site.hostname)
    backend = recipients[0].route.backend
    return Group(verdict, backend, envelope(session, at, recipients), payload(session, at, verdict))


def envelope(session: Session, at: MessageStage, recipients: list[Recipient]) -> Envelope:
    transaction = session.transaction
    if transaction is None:
        raise TypeError("no transaction")
    dsn = any(r.notify or r.orcpt for r in recipients)
    return Envelope(
        sender=sender_said(session.listener, at, recipients[0]),
        recipients=tuple(r.route.address for r in recipients), size=at.message.size,
        body=at.body, smtputf8=at.smtputf8, ret=transaction.ret, envid=transaction.envid,
        notify=tuple(r.notify for r in recipients) if dsn else (),
        orcpt=tuple(r.orcpt for r in recipients) if dsn else (),
    )  # fmt: skip


def sender_said(listener: Listener, at: MessageStage, recipient: Recipient) -> Address | None:
    """The sender; on the way out signed, so that a bounce of it can be told from one that nobody caused (BATV)."""
    sender = at.sender
    is_outbound = listener.bounce_keys.is_on and not listener.is_outside and not recipient.route.ours
    if sender is None or not is_outbound or sender.domain not in listener.routes.domains:
        return sender
    return signed(sender, listener.bounce_keys, day_of(at.now))


def payload(session: Session, at: MessageStage, verdict: Verdict) -> Outgoing:
    listener = session.listener
    address = session.place.address if at.client_ip is session.at.client_ip else str(at.client_ip)
    ours = received(at, address, listener.site.hostname, listener.date(at.now))
    if verdict.action in (Action.TAG, Action.STRIP):
        ours = f"{listener.site.header_prefix}-Tag: {verdict.rule}\r\n".encode("ascii", "replace") + ours
    stamps, prefix = listener.stamps, listener.site.header_prefix.lower() + "-"
    made = outgoing(
        at.message, stamps.fields(at, at.so_far) + ours, prefix, listener.site.hostname, outside=listener.is_outside,
        subject_tag=stamps.subject_tag,
    )  # fmt: skip
    return stamps.sealed(made, at, at.so_far)
