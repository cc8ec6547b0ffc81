"""How long may a client take for what we are waiting for? (RFC 5321 §4.5.3.2.7; slow clients, DOS-01, DOS-02)

Asked by the wheel every few seconds. A command line has one deadline from its first octet to its end;
content must come at a least rate; what is only being discarded has a time of its own.
"""

from enum import Enum
from typing import Protocol

from gatepost.gateway.session import Session
from gatepost.model.reply import Reply
from gatepost.smtp.server import ServerProtocol

IDLE = Reply(421, "4.4.2", "Idle for too long; closing connection")
SLOW_LINE = Reply(421, "4.4.2", "Command took too long; closing connection")
SLOW_CONTENT = Reply(421, "4.4.2", "Content comes too slowly; closing connection")

LATER = 60.0  # seconds until the next look where nothing is due


class Wait(Enum):
    """What a connection waits for, where that has a time limit."""

    COMMAND = 1
    LINE = 2  # the rest of a command line
    CONTENT = 3
    READER = 4  # the client to read our replies


class Waiting(Protocol):
    """What is needed of a connection here.

    Args:
        active: when the client last said something, in seconds of the loop's clock.
        wait, since, octets_then: what was waited for at the last look, since when, and `octets_in` then.
    """

    active: float
    wait: Wait | None
    since: float
    octets_in: int
    octets_then: int
    busy: bool
    writable: bool
    core: ServerProtocol
    session: Session

    def part_with(self, reply: Reply) -> None: ...
    def give_up_content(self) -> bool: ...
    def abort(self) -> None: ...


def look(connection: Waiting, now: float) -> float:
    """End what has taken too long; when to look again."""
    wait = now_waiting(connection)
    if wait is not connection.wait or (wait is Wait.LINE and connection.core.lines.is_new):
        connection.wait, connection.since, connection.octets_then = wait, connection.active, octets_before(connection)
        connection.core.lines.is_new = False
    if wait is None:  # for an answer of ours, which has limits of its own
        return now + LATER
    due = deadline(connection, wait)
    if due > now:
        return due
    overdue(connection, wait, now)
    return now + LATER


def octets_before(connection: Waiting) -> int:
    """Octets that had come when what we wait for began: of content, some may be here before we look."""
    transfer = connection.core.transfer
    return connection.octets_in - (transfer.measure.size if transfer is not None else 0)


def now_waiting(connection: Waiting) -> Wait | None:
    if not connection.writable:
        return Wait.READER
    if connection.busy:
        return None
    core = connection.core
    if core.is_in_content or core.skip:  # a refused chunk is content too
        return Wait.CONTENT
    return Wait.LINE if core.lines.has_more or core.lines.skipped else Wait.COMMAND


def deadline(connection: Waiting, wait: Wait) -> float:
    limits = connection.session.at.limits
    match wait:
        case Wait.COMMAND:
            return min(
                connection.active + limits.idle, max(connection.session.began + limits.session, connection.active + 1)
            )
        case Wait.LINE:
            return connection.since + limits.command
        case Wait.READER:
            return connection.since + limits.idle
        case Wait.CONTENT:
            return connection.since + limits.data_grace


def overdue(connection: Waiting, wait: Wait, now: float) -> None:
    match wait:
        case Wait.COMMAND:
            connection.part_with(IDLE)
        case Wait.LINE:
            connection.part_with(SLOW_LINE)
        case Wait.READER:
            connection.abort()
        case Wait.CONTENT:
            content_due(connection, now)


def content_due(connection: Waiting, now: float) -> None:
    """The rate is taken anew each time: a burst at first does not buy a stall of hours."""
    least = connection.session.at.limits.data_rate * (now - connection.since)
    if connection.give_up_content():
        return
    if connection.octets_in - connection.octets_then < least:
        connection.part_with(SLOW_CONTENT)
    connection.since, connection.octets_then = now, connection.octets_in
