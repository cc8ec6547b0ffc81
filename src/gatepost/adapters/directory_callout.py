"""Does the mail server behind the gateway take this recipient? Asked with RCPT, nothing is sent (RFC 5321 §3.3).

A mail server that takes every recipient and bounces later (Exchange 2013 and newer, in front of its mailboxes)
makes this useless: `accepts_anybody` finds that out.

What its answer means:

| reply to RCPT | means |
|---|---|
| 2xx | he exists |
| 5xx with 5.1.x, 5.2.1, 5.4.1; 550, 551 or 553 with 5.0.x or without an enhanced code | he does not |
| 5xx with any other 5.2.x, or 5.7.x | he exists and gets no mail now: the delivery says why, in the server's words |
| 4xx, any other 5xx, no answer | nothing |
"""

import secrets
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.ports.backend import Backend
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.units import Duration

PLAIN_REFUSALS = frozenset((550, 551, 553))  # RFC 5321 §4.2.3: mailbox unavailable, not local, name not allowed
UNKNOWN = ("5.1.", "5.2.1", "5.4.1")  # 5.4.1: Exchange Online's directory-based edge blocking
KNOWN = ("5.2.", "5.7.")


class CalloutSettings(BaseModel):
    """Section `[directories.<name>]` with `type = "callout"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["callout"] = Field("callout", description="Ask the mail server behind the gateway.")
    backend: str = Field(description="Name of the `[backends.<name>]` that is asked.", examples=["exchange"])
    positive_ttl: Duration = Field(3600.0, ge=0, description="How long a recipient that was taken is remembered.")
    negative_ttl: Duration = Field(600.0, ge=0, description="How long an unknown recipient is remembered.")
    keep_when_down: Duration = Field(
        86_400.0, ge=0, description="How much longer a recipient that was taken counts while the server is down."
    )
    cache_size: int = Field(
        20_000, ge=100, le=1_000_000, description="Recipients remembered by each worker; as many unknown ones."
    )


class CalloutDirectory:
    """A `Directory`. The deadline and the breaker are the backend's."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    async def find(self, address: Address) -> Found | None:
        reply = await self.backend.verify(None, address)
        if exists(reply):
            return Found(str(address))
        return None


def exists(reply: Reply) -> bool:
    """What a reply to RCPT says of the recipient. Raises `Unavailable` where it says nothing."""
    if 200 <= reply.code < 300:
        return True
    if reply.code >= 500:
        if reply.enhanced.startswith(UNKNOWN):
            return False
        if reply.enhanced.startswith(KNOWN):
            return True
        if reply.code in PLAIN_REFUSALS and (not reply.enhanced or reply.enhanced.startswith("5.0.")):
            return False
    raise Unavailable(f"{reply.code} {reply.enhanced} at RCPT says nothing of the recipient")


async def accepts_anybody(backend: Backend, domain: Domain) -> bool:
    """Whether a recipient that cannot exist is taken, so that a callout would let everybody pass."""
    return exists(await backend.verify(None, Address(secrets.token_hex(12), domain)))
