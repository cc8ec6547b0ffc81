"""The rules that come with the gateway, as data: names are stable, replies follow RFC 5321 §4.2 and RFC 3463.

No reply names the product, or repeats what the client said but where `{detail}` (what was seen) has to be told. Neither
greeting nor EHLO answers carry enhanced codes (RFC 2034 §4).
"""

from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.rule import Rule
from gatepost.model.verdict import Action
from gatepost.policy.ruleset import DEFAULT_RULE, OK_REPLIES


def refuse(name: str, phase: Phase, code: str, enhanced: str, text: str, *found: str) -> Rule:
    """Refuses for good (5xx) or for now (4xx), and the session goes on."""
    reply = Reply(int(code), enhanced, text)
    return Rule(
        name=name, phase=phase, action=Action.REJECT if code[0] == "5" else Action.DEFER, reply=reply, codes=found
    )


def drop(name: str, phase: Phase, code: str, enhanced: str, text: str, *found: str) -> Rule:
    """Refuses and ends the session."""
    return Rule(name=name, phase=phase, action=Action.DROP, reply=Reply(int(code), enhanced, text), codes=found)


def allow(name: str, found: str, since: Phase) -> tuple[Rule, ...]:
    """Accepts at that phase and all later ones."""
    return tuple(
        Rule(name=name, phase=p, action=Action.ACCEPT, reply=OK_REPLIES[p], codes=(found,)) for p in Phase if p >= since
    )


CONNECT, HELO, MAIL, RCPT, MESSAGE = Phase.CONNECT, Phase.HELO, Phase.MAIL, Phase.RCPT, Phase.MESSAGE
RECIPIENT = "recipient"
NEEDED = (RECIPIENT, "antivirus")  # checks whose failure holds for allowed clients too
HARVEST = ("harvest-detected", "harvest-suspected")  # they wait as long as `policy.harvest_delay` says
SPF_FAIL = "spf-fail"  # only where `policy.spf_fail` says so
AMBIGUOUS = "mime-ambiguous"  # only where `policy.ambiguous_mime` says so
UNKNOWN_SENDER = ("sender-domain-unknown", "sender-domain-no-mail")  # only where `policy.unknown_sender` says so
IMPERSONATION = ("impersonated-person", "lookalike-domain")  # only where `policy.impersonation` says so
TAG, QUARANTINE, REJECT = "score-tag", "score-quarantine", "score-reject"

RELAY = (
    refuse("relay-denied", RCPT, "550", "5.7.1", "Relaying denied", "recipient.not_ours"),
    refuse("relay-route", RCPT, "550", "5.7.1", "Relaying denied", "recipient.routed"),
)
"""Never in shadow, never left out, before everything else."""

LIMITS = (
    refuse("declared-size", MAIL, "552", "5.3.4", "Message exceeds the maximum size", "session_limits.declared_size"),
    drop("messages-per-connection", MAIL, "421", "4.7.0", "Too many messages, reconnect", "session_limits.messages"),
    drop("session-size", MAIL, "421", "4.7.0", "Too much for one connection, reconnect", "session_limits.octets"),
    drop("recipient-flood", RCPT, "421", "4.5.3", "Too many recipients, closing connection", "recipient_limit.flood"),
    refuse("too-many-recipients", RCPT, "452", "4.5.3", "Too many recipients", "recipient_limit.reached"),
    refuse("mail-loop", MESSAGE, "554", "5.4.6", "Too many hops, the message is looping", "hops.exceeded"),
)
"""Resource limits: never in shadow by the `monitor` profile, never left out."""

MALWARE = (
    refuse("virus", MESSAGE, "554", "5.7.1", "Message contains malware: {detail}", "antivirus.virus"),
    refuse("malware-rule", MESSAGE, "554", "5.7.1", "Message contains malware: {detail}", "antivirus.embedded"),
)
"""No rule of an operator lets it pass by the way; one that ignores the very code does, and is asked before."""

BASICS = (
    Rule(
        name="allowed-client-may-guess", phase=RCPT, action=Action.IGNORE, reply=OK_REPLIES[RCPT],
        codes=("access_client.allowed",), ignore=("harvest.*",),
    ),
    *(
        Rule(
            name="exempt-from-block-lists", phase=phase, action=Action.IGNORE, reply=OK_REPLIES[phase],
            codes=("dnsbl_recipient.exempt",), ignore=("dnsbl.*", "dnsbl_names.*", "dnsbl_from.*"),
        )
        for phase in (RCPT, MESSAGE)
    ),
    *(
        Rule(
            name="exempt-from-spam-filter", phase=phase, action=Action.IGNORE, reply=OK_REPLIES[phase],
            codes=("spam_recipient.exempt",), ignore=("spam.*",),
        )
        for phase in (RCPT, MESSAGE)
    ),
    Rule(
        name="spam-trap", phase=RCPT, action=Action.IGNORE, reply=OK_REPLIES[RCPT],
        codes=("spam_trap.recipient",), ignore=("recipient.unknown", "harvest.*"),
    ),
    drop("harvest-detected", RCPT, "421", "4.7.0", "Too many unknown recipients, try again later", "harvest.detected"),
    refuse("harvest-suspected", RCPT, "550", "5.1.1", "User unknown", "harvest.suspected"),
    refuse("unknown-recipient", RCPT, "550", "5.1.1", "User unknown", "recipient.unknown"),
)  # fmt: skip
"""These hold for allowed clients, senders and recipients too."""

ALLOWED = (
    *allow("allowed-client", "access_client.allowed", CONNECT),
    *allow("allowed-helo", "access_helo.allowed", HELO),
    *allow("allowed-sender", "access_sender.allowed", MAIL),
    *allow("allowed-recipient", "access_recipient.allowed", RCPT),
)

FACTS = (
    refuse("denied-client", CONNECT, "554", "", "Your address is not accepted here", "access_client.denied"),
    drop("early-talker", CONNECT, "554", "", "Protocol error: wait for the greeting", "early_talker.detected"),
    drop("rate-client", CONNECT, "421", "", "Too many connections, try again later", "rate.client_exceeded"),
    drop("rate-network", CONNECT, "421", "", "Too many connections, try again later", "rate.network_exceeded"),
    refuse("denied-helo", HELO, "550", "", "Your host name is not accepted here", "access_helo.denied"),
    refuse("helo-own-name", HELO, "550", "", "That host name is ours, say your own", "helo.own_name"),
    refuse("helo-own-address", HELO, "550", "", "That address is ours, say your own", "helo.own_address"),
    refuse("helo-loopback", HELO, "550", "", "That is a loopback address, say your own name", "helo.loopback"),
    refuse("denied-sender", MAIL, "550", "5.7.1", "Sender not accepted here", "access_sender.denied"),
    refuse("blank-sender", MAIL, "550", "5.7.1", "Null sender not accepted here", "blank_sender.present"),
    refuse(
        "own-domain", MAIL, "550", "5.7.1", "Sender domain is ours: log in, or use its own servers",
        "own_domain.claimed",
    ),
    refuse(
        "sender-domain-unknown", MAIL, "550", "5.1.8", "Sender domain does not exist: {detail}",
        "sender_domain.unknown",
    ),
    refuse(
        "sender-domain-no-mail", MAIL, "550", "5.1.8", "Sender domain has neither MX nor address: {detail}",
        "sender_domain.no_mail",
    ),
    refuse(
        "sender-domain-null-mx", MAIL, "550", "5.7.27", "Sender domain takes no mail (null MX): {detail}",
        "sender_domain.null_mx",
    ),
    refuse(
        "sender-domain-unreachable", MAIL, "550", "5.1.8", "Mail for the sender domain goes nowhere: {detail}",
        "sender_domain.unreachable",
    ),
    refuse(SPF_FAIL, MAIL, "550", "5.7.23", "SPF of the sender's domain: {detail}", "spf.fail"),
    refuse("rate-messages", MAIL, "450", "4.7.1", "Too many messages, try again later", "rate_messages.exceeded"),
    refuse("denied-recipient", RCPT, "550", "5.7.1", "Recipient not accepted here", "access_recipient.denied"),
    refuse(
        "blank-sender-recipients", RCPT, "452", "4.5.3", "One recipient at a time for the null sender",
        "blank_sender_recipients.several",
    ),
    refuse("rate-recipients", RCPT, "450", "4.7.1", "Too many recipients, try again later", "rate_recipients.exceeded"),
    refuse("greylisted", RCPT, "451", "4.7.1", "Greylisted, try again in {detail}", "greylist.delayed"),
    refuse("dnsbl", RCPT, "550", "5.7.1", "{detail}", "dnsbl_recipient.reached"),
    refuse("dnsbl", MESSAGE, "550", "5.7.1", "{detail}", "dnsbl_from.reached"),
    refuse("spam-trap", MESSAGE, "550", "5.7.1", "Message refused as spam", "spam_trap_message.reached"),
    refuse("header-nul", MESSAGE, "554", "5.6.0", "The header contains NUL", "header.nul"),
    refuse("bounce-unsigned", MESSAGE, "550", "5.7.1", "This bounce answers no message of ours", "bounce.unsigned"),
    refuse(
        "unclear-author", MESSAGE, "554", "5.6.0", "From must name one clear mailbox: {detail}",
        "author.missing", "author.repeated", "author.malformed", "author.ambiguous",
    ),
    refuse(
        "own-domain", MESSAGE, "550", "5.7.1", "Sender domain is ours, and neither SPF nor DKIM proves it: {detail}",
        "own_author.unproven",
    ),
    refuse("dmarc-reject", MESSAGE, "550", "5.7.26", "DMARC policy of the author's domain: {detail}", "dmarc.reject"),
    refuse(
        "disguised-domain", MESSAGE, "550", "5.7.1", "A domain in From or Reply-To passes for another by its letters",
        "lookalike.disguised",
    ),
    refuse(
        "mime-limits", MESSAGE, "554", "5.6.0", "The structure of the message is larger or deeper than mail needs",
        "mime.limits",
    ),
    refuse(
        "mime-fragment", MESSAGE, "554", "5.6.1", "Pieces of messages and external bodies are not accepted",
        "mime.fragment",
    ),
    refuse(
        "mime-conflicting", MESSAGE, "554", "5.6.0", "Programs would open different things in this message: {detail}",
        "mime.conflicting",
    ),
    refuse(
        AMBIGUOUS, MESSAGE, "554", "5.6.0", "The message can be read in more than one way: {detail}", "mime.ambiguous"
    ),
    Rule(
        name="impersonated-person", phase=MESSAGE, action=Action.QUARANTINE, reply=OK_REPLIES[MESSAGE],
        codes=("impersonation.person", "impersonation.own_address", "impersonation.reply_to"),
    ),
    Rule(
        name="lookalike-domain", phase=MESSAGE, action=Action.QUARANTINE, reply=OK_REPLIES[MESSAGE],
        codes=("lookalike.homograph", "lookalike.embedded", "lookalike.typo"),
    ),
    Rule(
        name="dmarc-quarantine", phase=MESSAGE, action=Action.TAG, reply=OK_REPLIES[MESSAGE],
        codes=("dmarc.quarantine",),
    ),
)  # fmt: skip

UNSCANNABLE = (
    Rule(
        name="unscannable", phase=MESSAGE, action=Action.QUARANTINE, reply=OK_REPLIES[MESSAGE],
        codes=("mime.unscannable",),
    ),
    Rule(
        name="antivirus-unscannable", phase=MESSAGE, action=Action.QUARANTINE, reply=OK_REPLIES[MESSAGE],
        codes=("antivirus.unscannable",),
    ),
)  # fmt: skip
"""After all that is refused for what it is: what could not be looked into waits for somebody who can."""

OUTCOMES = {
    "refused": (Action.REJECT, Reply(554, "5.7.1", "Not accepted because of what the message holds")),
    "held": (Action.QUARANTINE, OK_REPLIES[MESSAGE]),
    "stripped": (Action.STRIP, OK_REPLIES[MESSAGE]),
    "marked": (Action.TAG, OK_REPLIES[MESSAGE]),
}
"""What rules made of a check's own settings do (`Check.wishes`), the harshest first."""
WISHING = ("attachments", "content", "links", "spam")  # checks that have wishes

SHIPPED_NAMES = frozenset(
    {rule.name for rule in (*RELAY, *LIMITS, *BASICS, *ALLOWED, *FACTS, *UNSCANNABLE, *MALWARE)}
    | {TAG, QUARANTINE, REJECT, DEFAULT_RULE}
    | {f"{check}-{outcome}" for check in WISHING for outcome in OUTCOMES}
)
UNAVAILABLE = "-unavailable"  # ends the names of the rules made from each check's `if_unavailable`
