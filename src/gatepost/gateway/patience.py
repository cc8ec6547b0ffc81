"""How long may a client take for what we are waiting for? (RFC 5321 §4.5.3.2.7; slow clients, DOS-01, DOS-02)

Every wait has a name and an end. A command line has one deadline from its first octet to its end; content
must come at a least rate, looked at from time to time; what is only being discarded has a minute.
"""

from enum import Enum
from typing import Protocol

from gatepost.gateway.session import Session
from gatepost.gateway.wheel import Wheel
from gatepost.model.reply import Reply
from gatepost.smtp.events import Event
from gatepost.smtp.server import ServerProtocol

IDLE = Reply(421, "4.4.2", "Idle for too long; closing connection")
SLOW_LINE = Reply(421, "4.4.2", "Command took too long; closing connection")
SLOW_CONTENT = Reply(421, "4.4.2", "Content comes too slowly; closing connection")

LINGER = 5.0  # seconds for the client to read our last reply
GRACE = 60.0  # seconds before the rate of content counts, and that flawed content is discarded
LOOK = 15.0  # seconds between two looks at the rate
ANSWER = 3600.0  # seconds; every check and backend has its own limit far below


class Wait(Enum):
    """What a connection waits for."""

    ANSWER = 1  # ours
    COMMAND = 2
    LINE = 3  # the rest of a command line
    CONTENT = 4
    READER = 5  # the client to read our replies
    HANDSHAKE = 6  # has its own time limit
    LINGER = 7  # the client to close after our last word
    CLOSE = 8  # the kernel to take it


class Waiting(Protocol):
    """What is needed of a connection here."""

    wait: Wait
    mark: tuple[float, int]
    octets_in: int
    busy: bool
    writable: bool
    deadline: float
    slot: int
    core: ServerProtocol
    session: Session
    wheel: Wheel

    def deadline_passed(self, now: float) -> None: ...
    def part_with(self, reply: Reply) -> None: ...
    def take(self, event: Event) -> None: ...
    def flush(self) -> None: ...
    def settle(self) -> None: ...
    def abort(self) -> None: ...


def waits_for(connection: Waiting) -> None:
    """Name what is waited for now, and set its deadline."""
    wait, now = now_waiting(connection), connection.wheel.loop.time()
    limits = connection.session.at.limits
    began = wait is not connection.wait
    if began:
        connection.wait = wait
        connection.mark = (now, connection.octets_in)
    match wait:
        case Wait.COMMAND:
            left = connection.session.session_start + limits.session - connection.session.listener.outside.clock.monotonic()
            connection.wheel.set(connection, now + max(1.0, min(limits.idle, left)))
        case Wait.LINE if began:
            connection.wheel.set(connection, now + limits.command)
        case Wait.CONTENT if began:
            connection.wheel.set(connection, now + GRACE)
        case Wait.READER if began:
            connection.wheel.set(connection, now + limits.idle)
        case Wait.ANSWER if began:
            connection.wheel.set(connection, now + ANSWER)
        case _:
            pass  # the deadline stands


def now_waiting(connection: Waiting) -> Wait:
    if connection.busy:
        return Wait.ANSWER
    if not connection.writable:
        return Wait.READER
    if connection.core.is_in_content:
        return Wait.CONTENT
    return Wait.LINE if connection.core.lines.has_more else Wait.COMMAND


def overdue(connection: Waiting, now: float) -> None:
    """What was waited for has not come."""
    match connection.wait:
        case Wait.COMMAND:
            connection.part_with(IDLE)
        case Wait.LINE:
            connection.part_with(SLOW_LINE)
        case Wait.CONTENT:
            content_overdue(connection, now)
        case Wait.HANDSHAKE:
            pass
        case _:
            connection.abort()


def content_overdue(connection: Waiting, now: float) -> None:
    """Flawed content is waited for no longer; good content goes on if it comes fast enough."""
    flawed = connection.core.give_up()
    if flawed is not None:
        connection.take(flawed)
        connection.flush()
        connection.settle()
        return
    begun, octets = connection.mark
    least = connection.session.at.limits.data_rate * (now - begun)
    if connection.octets_in - octets < least:
        connection.part_with(SLOW_CONTENT)
    else:
        connection.wheel.set(connection, now + LOOK)
