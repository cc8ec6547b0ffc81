"""What may a condition read, at which phase, and where does it come from?

Every fact is also in the trace, so that a recorded message can be decided again (`gatepost.policy.recorded`). Text
that the client sent is as he sent it; domains are A-labels in lower case.
"""

from collections.abc import Mapping

from gatepost.model.address import Address, text
from gatepost.model.client import network_of
from gatepost.model.phase import Phase
from gatepost.model.stage import ConnectStage, DataStage, HeloStage, MailStage, MessageStage, RcptStage
from gatepost.model.tls import Tls

DESCRIPTIONS: Mapping[Phase, Mapping[str, tuple[type, str]]] = {
    Phase.CONNECT: {
        "listener": (str, "Name of the listener, as in `[listeners.<name>]`."),
        "client.ip": (str, "The client's address."),
        "client.network": (str, "The /24 (IPv4) or /48 (IPv6) around it."),
    },
    Phase.HELO: {
        "client.helo": (str, "The name given in HELO or EHLO."),
        "tls.used": (bool, "The connection is encrypted."),
        "tls.version": (str, 'Such as `TLSv1.3`; "" in clear.'),
        "tls.cipher": (str, 'Name of the cipher suite; "" in clear.'),
        "tls.bits": (int, "Secret bits of the cipher; 0 in clear."),
    },
    Phase.MAIL: {
        "client.user": (str, 'Name the client has logged in with; "" if it has not.'),
        "sender.address": (str, 'Envelope sender; "" for the null sender `<>`.'),
        "sender.local": (str, "What stands before the @."),
        "sender.domain": (str, "What stands behind it."),
        "sender.is_null": (bool, "The sender is `<>`."),
    },
    Phase.RCPT: {
        "recipient.address": (str, "The recipient in question."),
        "recipient.local": (str, "What stands before the @."),
        "recipient.domain": (str, 'What stands behind it; "" for the bare postmaster.'),
    },
    Phase.DATA: {"recipients": (list, "All recipients accepted, as addresses.")},
    Phase.MESSAGE: {"message.size": (int, "Octets of the message.")},
}
"""New facts of each phase: name → type and description. A phase also has those of the phases before it."""


def facts_at(phase: Phase) -> dict[str, type]:
    """Names and types of all that is known at a phase."""
    return {name: kind for p, new in DESCRIPTIONS.items() if p <= phase for name, (kind, _) in new.items()}


def facts_of(stage: ConnectStage, recipient: Address | None = None) -> dict[str, object]:
    """The facts of a stage.

    Args:
        recipient: for DATA and MESSAGE, the one decided for; left out, the only one, or "" where there are several.
    """
    facts = client_facts(stage.listener, str(stage.client_ip), network_of(stage.client_ip))
    if isinstance(stage, HeloStage):
        facts |= helo_facts(stage.helo, stage.tls)
    if isinstance(stage, MailStage):
        facts |= {"client.user": stage.user} | sender_facts(stage.sender)
    if isinstance(stage, RcptStage):
        facts |= recipient_facts(stage.recipient)
    elif isinstance(stage, DataStage):
        only = stage.recipients[0] if len(stage.recipients) == 1 else None
        facts |= recipient_facts(recipient or only) | {"recipients": [str(r) for r in stage.recipients]}
    if isinstance(stage, MessageStage):
        facts["message.size"] = stage.message.size
    return facts


def client_facts(listener: str, ip: str, network: str) -> dict[str, object]:
    return {"listener": listener, "client.ip": ip, "client.network": network}


def helo_facts(helo: str, tls: Tls | None) -> dict[str, object]:
    return {
        "client.helo": helo,
        "tls.used": tls is not None,
        "tls.version": tls.version if tls else "",
        "tls.cipher": tls.cipher if tls else "",
        "tls.bits": tls.bits if tls else 0,
    }


def sender_facts(sender: Address | None) -> dict[str, object]:
    return {
        "sender.address": text(sender),
        "sender.local": sender.local if sender else "",
        "sender.domain": str(sender.domain) if sender else "",
        "sender.is_null": sender is None,
    }


def recipient_facts(recipient: Address | None) -> dict[str, object]:
    return {
        "recipient.address": text(recipient),
        "recipient.local": recipient.local if recipient else "",
        "recipient.domain": str(recipient.domain) if recipient else "",
    }
