"""A gateway that looks into messages, as its attackers see it."""

from typing import Any

from tests.attacks.client import Reply
from tests.attacks.target import WAIT, Target
from tests.servers.loopback import wait_until

LOOKING: dict[str, Any] = {
    "checks": {"mime": {"enabled": True}},
    "listeners": {"inbound": {"limits": {"message_size": "32MiB"}}},
}
"""Laid over the harness, which looks into nothing: messages of other tests are rarely letters."""


class Inspecting(Target):
    """The same with what became of one message."""

    def deliver(self, content: bytes) -> Reply:
        with self.connect(timeout=40.0) as client:
            client.ehlo()
            return client.deliver(content)

    def has(self, content: bytes) -> bool:
        """The mail server has it."""
        return any(taken.endswith(content[-200:]) for taken in self.contents())

    def assert_not_delivered(self, content: bytes) -> None:
        """Refused for good, or held; it is not with the mail server, and nobody has to come again."""
        reply, record = self.judged(content)
        assert reply.code == 250 or 500 <= reply.code < 600, reply
        assert record["action"] in ("reject", "drop", "quarantine"), (reply, record)
        assert not self.has(content)

    def assert_delivered(self, content: bytes) -> None:
        reply, record = self.judged(content)
        assert reply.code == 250 and self.has(content), (reply, record)

    def judged(self, content: bytes) -> tuple[Reply, dict[str, Any]]:
        """The reply, and the line in the log."""
        before = len(self.transactions())
        reply = self.deliver(content)
        wait_until(lambda: len(self.transactions()) > before, seconds=WAIT, what="the line in the log")
        return reply, self.transactions()[before]

    def transactions(self) -> list[dict[str, Any]]:
        return [record for record in self.records() if record.get("event") == "transaction"]
