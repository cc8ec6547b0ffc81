"""MAIL, RCPT and DATA: how one transaction of a session begins (RFC 5321 §3.3). How it ends is `delivery`."""

from collections.abc import Coroutine
from typing import Any

from gatepost.auth.batv import day_of, unsigned
from gatepost.engine.run import Course
from gatepost.gateway.answer import Answer
from gatepost.gateway.body_hashing import LARGE, BodyHashing
from gatepost.gateway.handover import refusal_key, remembered_reply
from gatepost.gateway.routes import Route
from gatepost.gateway.session import SHUTTING_DOWN, Session
from gatepost.gateway.spool import Spool, SpoolFull
from gatepost.gateway.transaction import Recipient, Transaction
from gatepost.model.address import Address
from gatepost.model.finding import Findings
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.stage import DataStage, HeloStage, MailStage, RcptStage
from gatepost.model.verdict import Action, Verdict
from gatepost.ports.unavailable import Unavailable
from gatepost.smtp import replies
from gatepost.smtp.events import Data, Mail, Rcpt

SENDER_OK = Answer(replies.SENDER_OK)
RECIPIENT_OK = Answer(replies.RECIPIENT_OK)
START_CONTENT = Answer(replies.START_CONTENT)
UNJUDGED = ("relay", "backend", "routes")  # names of refusals that no rule has made
SESSION_TOO_LONG = Reply(421, "4.4.2", "Session has lasted too long, connect again")
OTHER_SERVER = Reply(452, "4.5.3", "Send to this recipient in a message of its own")
TOO_MANY_REFUSED = Reply(421, "4.7.0", "Too many refused recipients; closing connection")
TOO_LARGE_HERE = Reply(552, "5.3.4", "Message exceeds the maximum size of the recipient's domain")


def mail(session: Session, event: Mail) -> Answer | Coroutine[Any, Any, Answer]:
    """MAIL: caps of the session take effect here and only here."""
    clock = session.listener.outside.clock
    moment = clock.monotonic()
    if session.listener.draining and session.messages:
        return Answer(SHUTTING_DOWN, close=True)
    if moment - session.began > session.at.limits.session:
        return Answer(SESSION_TOO_LONG, close=True)
    if session.must_encrypt(event.sender):
        return session.error(replies.STARTTLS_FIRST)
    now = clock.now()
    record = session.record or session.open_record(now, moment)
    at = mail_stage(session, event, record.id, now)
    record.mail = at
    course = session.begin(Phase.MAIL, at)
    if not course.is_over:
        return mail_later(session, event, at, course)
    verdict = session.concluded(Phase.MAIL, at, course)
    if verdict.action is not Action.ACCEPT:
        return mail_judged(session, event, at, verdict, course.known)
    session.transaction = Transaction(at, event.ret, event.envid, course.known, verdict)
    return Answer(replies.SENDER_OK, verdict.delay) if verdict.delay else SENDER_OK


async def mail_later(session: Session, event: Mail, at: MailStage, course: Course) -> Answer:
    await course.rest()
    return await mail_judged(session, event, at, session.concluded(Phase.MAIL, at, course), course.known)


async def mail_judged(session: Session, event: Mail, at: MailStage, verdict: Verdict, known: Findings) -> Answer:
    refusal = await session.refusal(verdict)
    if refusal is not None:
        return session.counted(refusal)
    session.transaction = Transaction(at, event.ret, event.envid, known, verdict)
    return Answer(replies.SENDER_OK, verdict.delay)


def mail_stage(session: Session, event: Mail, identity: str, now: float) -> MailStage:
    at = session.at
    if not isinstance(at, HeloStage):
        raise TypeError("MAIL before HELO is the protocol's to refuse")
    return MailStage(
        session=at.session, listener=at.listener, role=at.role, client_ip=at.client_ip, limits=at.limits, now=now,
        so_far=session.known, spoke_early=at.spoke_early, client=at.client, relay=at.relay, helo=at.helo,
        esmtp=at.esmtp, tls=session.tls, transaction=identity, sender=event.sender, declared_size=event.size,
        body=event.body, smtputf8=event.smtputf8, messages_before=session.messages, octets_before=session.octets,
    )  # fmt: skip


async def rcpt(session: Session, event: Rcpt) -> Answer:
    """RCPT: relay control first, then what a backend has said of late, then the checks."""
    transaction = session.transaction
    if transaction is None:
        raise TypeError("RCPT before MAIL is the protocol's to refuse")
    transaction.offered += 1
    mail_at = transaction.at
    mailbox = meant(session, event.recipient)
    route = session.listener.routes.route(mailbox, mail_at)
    if (reply := misrouted(route, transaction)) is not None:
        return await refuse(session, transaction, event, Answer(reply), "routes")
    if route is None:
        return await refuse(session, transaction, event, Answer(replies.RELAYING_DENIED), "relay")
    if (reply := await late_refusal(session, route.address)) is not None:
        return await refuse(session, transaction, event, Answer(reply), "backend")
    at = RcptStage(
        session=mail_at.session, listener=mail_at.listener, role=mail_at.role, client_ip=mail_at.client_ip,
        limits=mail_at.limits, now=mail_at.now, so_far=transaction.known, spoke_early=mail_at.spoke_early,
        client=mail_at.client, relay=mail_at.relay,
        helo=mail_at.helo, esmtp=mail_at.esmtp, tls=mail_at.tls, transaction=mail_at.transaction,
        sender=mail_at.sender, declared_size=mail_at.declared_size, body=mail_at.body, smtputf8=mail_at.smtputf8,
        user=mail_at.user, messages_before=mail_at.messages_before, octets_before=mail_at.octets_before,
        recipient=mailbox, recipients_before=len(transaction.recipients),
        offered_before=transaction.offered - 1,
    )  # fmt: skip
    course = session.begin(Phase.RCPT, at)
    if not course.is_over:
        await course.rest()
    known = course.known
    verdict = session.listener.judge.verdict(Phase.RCPT, at, known.items)
    session.decide(Phase.RCPT, verdict, tuple(course.steps), str(mailbox))
    refusal = None if verdict.action is Action.ACCEPT else await session.refusal(verdict)
    if refusal is not None:
        return await refuse(session, transaction, event, refusal, verdict.rule)
    found = known.items[len(transaction.known.items) :]
    recipient = Recipient(event.recipient, route, found, verdict, event.notify, event.orcpt)
    if route.mixed == "split" and transaction.recipients and differ(recipient, transaction.recipients[0]):
        return await refuse(session, transaction, event, Answer(OTHER_SERVER), "routes")
    transaction.recipients.append(recipient)
    return Answer(replies.RECIPIENT_OK, verdict.delay) if verdict.delay else RECIPIENT_OK


def meant(session: Session, recipient: Address) -> Address:
    """Whom a bounce to a sender that we signed is for (BATV); anybody else as he is."""
    listener = session.listener
    if not listener.bounce_keys.is_on:
        return recipient
    return unsigned(recipient, listener.bounce_keys, day_of(listener.outside.clock.now())) or recipient


def differ(one: Recipient, other: Recipient) -> bool:
    """Their message could get different verdicts, which one reply after the final dot cannot say."""
    if one.carried.action is not other.carried.action:
        return True
    return [f.code for f in one.findings] != [f.code for f in other.findings]


def misrouted(route: Route | None, transaction: Transaction) -> Reply | None:
    """One transaction goes to one backend, so that its 250 is the backend's (ARCHITECTURE §5 rule 5)."""
    if route is None:
        return None
    declared = transaction.at.declared_size
    if route.message_size is not None and declared is not None and declared > route.message_size:
        return TOO_LARGE_HERE
    if transaction.recipients:
        first = transaction.recipients[0].route
        if first.backend != route.backend or (first.mixed != route.mixed):
            return OTHER_SERVER
    return None


async def late_refusal(session: Session, recipient: Address) -> Reply | None:
    """What the backend, which knows him by this address, said of him within the last hour, when it was too late."""
    transaction = session.transaction
    if transaction is None:
        return None
    try:
        kept = await session.listener.outside.memory.get(refusal_key(transaction.at.sender, recipient))
    except Unavailable:
        return None
    return remembered_reply(kept) if kept else None


async def refuse(session: Session, transaction: Transaction, event: Rcpt, answer: Answer, rule: str) -> Answer:
    """A recipient that is not taken; too many of them end the session."""
    if rule in UNJUDGED:
        answer = Answer(answer.reply, answer.delay, reference=session.reference)
    transaction.refuse(event.recipient, answer.reply, rule)
    session.refused_recipients += 1
    if session.refused_recipients > session.at.limits.refused_recipients:
        return Answer(TOO_MANY_REFUSED, close=True)
    if rule in UNJUDGED:
        return await session.delayed(answer, answer.delay)
    return answer


def data(session: Session, event: Data) -> Answer | Coroutine[Any, Any, Answer]:
    """DATA or the first BDAT: the last word before content comes."""
    transaction = session.transaction
    if transaction is None:
        raise TypeError("DATA before MAIL is the protocol's to refuse")
    if not session.listener.judge.is_trivial(Phase.DATA):
        at = data_stage(transaction, transaction.known)
        course = session.begin(Phase.DATA, at)
        if not course.is_over:
            return data_later(session, transaction, at, course)
        verdict = session.concluded(Phase.DATA, at, course)
        if verdict.action is not Action.ACCEPT or verdict.delay:
            return data_judged(session, transaction, verdict, course.known)
        transaction.known = course.known
    transaction.spool = Spool(session.listener.site.spool, session.listener.site.spool_memory)
    return START_CONTENT


async def data_later(session: Session, transaction: Transaction, at: DataStage, course: Course) -> Answer:
    await course.rest()
    return await data_judged(session, transaction, session.concluded(Phase.DATA, at, course), course.known)


async def data_judged(session: Session, transaction: Transaction, verdict: Verdict, known: Findings) -> Answer:
    refusal = await session.refusal(verdict)
    if refusal is not None:
        return session.counted(refusal)
    transaction.known = known
    transaction.spool = Spool(session.listener.site.spool, session.listener.site.spool_memory)
    return Answer(replies.START_CONTENT, verdict.delay)


def data_stage(transaction: Transaction, known: Findings) -> DataStage:
    at = transaction.at
    return DataStage(
        session=at.session, listener=at.listener, role=at.role, client_ip=at.client_ip, limits=at.limits, now=at.now,
        so_far=known, spoke_early=at.spoke_early, client=at.client, relay=at.relay, helo=at.helo, esmtp=at.esmtp,
        tls=at.tls, transaction=at.transaction, sender=at.sender, declared_size=at.declared_size, body=at.body,
        smtputf8=at.smtputf8, user=at.user, messages_before=at.messages_before, octets_before=at.octets_before,
        recipients=tuple(r.address for r in transaction.recipients),
    )  # fmt: skip


def content(session: Session, octets: bytes) -> None:
    """Some octets of the message. A full disk is remembered and said at the end."""
    transaction = session.transaction
    if transaction is None or transaction.spool is None or transaction.spool_full:
        return
    try:
        transaction.spool.write(octets)
    except SpoolFull:
        transaction.spool_full = True
        transaction.spool.close()
        return
    if transaction.hashing is not None:
        transaction.hashing.feed(octets)
    elif transaction.spool.size > LARGE and session.listener.hashes_bodies:
        transaction.hashing = BodyHashing(transaction.spool, session.listener.stamps.forms)
