"""Who answers for the message now? The only source of the 250 after the final dot.

Idempotent first, irrevocable last: quarantine, then the backend. Its 250 is the instant at which
responsibility passes (RFC 5321 §6.1); any doubt before it is a 451. A duplicate is possible, a loss is not.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from gatepost.model.address import Address, text
from gatepost.model.reply import Reply
from gatepost.model.trace import End, Handover, RecipientEnd
from gatepost.model.verdict import Action, Verdict
from gatepost.ports.backend import Backend, Delivery, Envelope
from gatepost.ports.memory import Memory
from gatepost.ports.quarantine import Grounds, Holdable, Quarantine
from gatepost.ports.unavailable import Unavailable

LATER = Reply(451, "4.3.0", "Temporarily unavailable, try again later")
BACKEND_AWAY = Reply(451, "4.4.1", "Mail server behind the gateway is not available, try again later")
IN_DOUBT = Reply(451, "4.4.2", "No clear answer from the mail server behind the gateway, try again later")
SOME_REFUSED = Reply(451, "4.5.1", "Some recipients are no longer valid, try again")
REMEMBERED = 3600.0  # seconds a late refusal is kept for the retry's RCPT (ARCHITECTURE §5 rule 6)
TEXT = 200  # characters of a backend's text that are passed on

Ids = dict[Address, str]  # under which each recipient's copy is held


class Group(Struct, frozen=True):
    """Recipients under one verdict, all of one backend."""

    verdict: Verdict
    backend: str
    envelope: Envelope
    payload: Holdable


class Outcome(Struct, frozen=True):
    """What the client hears, and what became of each recipient."""

    reply: Reply
    end: End
    recipients: tuple[RecipientEnd, ...]
    handovers: tuple[Handover, ...] = ()


class Handing(Struct, frozen=True):
    """Where messages can go.

    Args:
        backends: by name.
        quarantine: None where there is none; then a verdict of QUARANTINE is a 451.
        sender: as the client said it: what is remembered for its retry is found by that.
        still_there: False once the client has gone: what nobody waits for is better not delivered.
    """

    backends: Mapping[str, Backend]
    quarantine: Quarantine | None
    memory: Memory
    transaction: str
    sender: Address | None
    still_there: Callable[[], bool]


async def hand_over(groups: Sequence[Group], accepted: Reply, handing: Handing) -> Outcome:
    """Everything into quarantine or to the backend, or nothing is said but 4xx/5xx.

    Args:
        groups: at least one; recipients that differ in their verdicts are in different groups.
        accepted: the 250 that is said when somebody else is responsible for every recipient.
    """
    refusal = common_refusal(groups)
    if refusal is not None:
        return ended(groups, refusal)
    held: Ids = {}
    try:
        for group in groups:
            if is_held(group):
                held.update(await hold(group, handing))
    except Unavailable:
        return ended(groups, LATER)
    return await deliver_all(groups, accepted, handing, held)


async def deliver_all(groups: Sequence[Group], accepted: Reply, handing: Handing, held: Ids) -> Outcome:
    """What is not held goes to its backend; the first that does not take it decides what is said."""
    handovers: list[Handover] = []
    for group in groups:
        if is_held(group) or is_discarded(group):
            continue
        if not handing.still_there():
            return ended(groups, LATER, tuple(handovers))
        reply, handover = await deliver(group, handing)
        handovers.append(handover)
        if reply is not None:
            return ended(groups, reply, tuple(handovers))
    return taken(groups, accepted, tuple(handovers), held)


def common_refusal(groups: Sequence[Group]) -> Reply | None:
    """The reply where nothing may pass: a temporary one for anybody, or a refusal of everybody."""
    if len(groups) == 1 and groups[0].verdict.action is Action.ACCEPT:
        return None
    for group in groups:
        if group.verdict.action is Action.DEFER:
            return group.verdict.reply
    if all(g.verdict.action in (Action.REJECT, Action.DROP) for g in groups):
        return groups[0].verdict.reply
    return None


def is_held(group: Group) -> bool:
    """Held in quarantine; so is what is refused for some recipients only, for one reply cannot say that."""
    return group.verdict.action in (Action.QUARANTINE, Action.REJECT, Action.DROP)


def is_discarded(group: Group) -> bool:
    """Taken, and thrown away: only where a rule of the operator's says so in as many words."""
    return group.verdict.action is Action.DISCARD


async def hold(group: Group, handing: Handing) -> Ids:
    """Raises `Unavailable`."""
    if handing.quarantine is None:
        raise Unavailable("no quarantine")
    grounds = Grounds(group.verdict.rule, group.verdict.because, group.backend)
    found = await handing.quarantine.put(handing.transaction, group.envelope, group.payload, grounds)
    return dict(zip(group.envelope.recipients, found, strict=True))


async def deliver(group: Group, handing: Handing) -> tuple[Reply | None, Handover]:
    """None as reply if the backend has taken it, else what the client must hear."""
    try:
        delivery = await handing.backends[group.backend].deliver(group.envelope, group.payload)
    except Unavailable as error:
        return BACKEND_AWAY, Handover(group.backend, reply=str(error)[:TEXT])
    handover = Handover(
        group.backend, delivery.host, str(delivery.reply)[:TEXT], delivery.elapsed, delivery.tls, delivery.doubtful
    )
    if delivery.taken:
        return None, handover
    if delivery.refused:
        return await late_refusal(group.envelope, delivery, handing), handover
    return (IN_DOUBT if delivery.doubtful else passed_on(delivery.reply)), handover


async def late_refusal(envelope: Envelope, delivery: Delivery, handing: Handing) -> Reply:
    """Nobody has got the message. All refused: the backend's own reply. Some: remember, and have it sent again."""
    if len(delivery.refused) == len(envelope.recipients):
        worst = min(delivery.refused, key=lambda refused: refused[1].code)  # 4xx before 5xx: he may come back
        return passed_on(worst[1])
    for recipient, reply in delivery.refused:
        if reply.code < 500:
            continue  # he may be good at the next try
        try:
            said = passed_on(reply)
            key = refusal_key(handing.sender, recipient)
            await handing.memory.put(key, f"{said.code} {said.enhanced} {said.text}", ttl=REMEMBERED)
        except Unavailable:
            return SOME_REFUSED
    return SOME_REFUSED


def refusal_key(sender: Address | None, recipient: Address) -> str:
    return f"refused:{text(sender)}:{recipient}"


def remembered_reply(kept: str) -> Reply:
    """Back from what `late_refusal` kept."""
    code, enhanced, words = kept.split(" ", 2)
    return Reply(int(code), enhanced, words)


def passed_on(reply: Reply) -> Reply:
    """A backend's refusal for the client's ears: one line, bounded, with an enhanced code, never a 2xx."""
    if not 400 <= reply.code < 600 or reply.code == 421:
        return LATER
    enhanced = reply.enhanced or ("4.0.0" if reply.code < 500 else "5.0.0")
    return Reply(reply.code, enhanced, reply.text[:TEXT] or "Refused by the mail server")


def ended(groups: Sequence[Group], reply: Reply, handovers: tuple[Handover, ...] = ()) -> Outcome:
    end = End.DEFERRED if reply.code < 500 else End.REFUSED
    recipients = tuple(
        RecipientEnd(str(r), end, str(reply), g.verdict.rule) for g in groups for r in g.envelope.recipients
    )
    return Outcome(reply, end, recipients, handovers)


def taken(groups: Sequence[Group], accepted: Reply, handovers: tuple[Handover, ...], held: Ids) -> Outcome:
    said = str(accepted)
    ends = [End.QUARANTINED if is_held(g) else End.DISCARDED if is_discarded(g) else End.DELIVERED for g in groups]
    recipients = tuple(
        RecipientEnd(str(r), end, said, g.verdict.rule, held.get(r, "") if end is End.QUARANTINED else "")
        for g, end in zip(groups, ends, strict=True)
        for r in g.envelope.recipients
    )
    worst = next(end for end in (End.QUARANTINED, End.DELIVERED, End.DISCARDED) if end in ends)
    return Outcome(accepted, worst, recipients, handovers)
