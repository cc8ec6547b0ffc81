"""The worker's side of an LDAP directory: asks the process that has the password, and waits only so long.

Nothing is remembered here: that is the part of whoever asks.
"""

import asyncio
from collections import deque
from pathlib import Path

from gatepost.adapters.directory_ldap.line import Gone, Line, settle
from gatepost.adapters.directory_ldap.wire import Answer, Failed, Find, Reply, Request
from gatepost.engine.breaker import Breaker
from gatepost.model.address import Address
from gatepost.ports.clock import Clock
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable

LINES = 8  # questions under way at a time, of one worker


class LdapDirectory:
    """A `Directory`. Owned by one worker, by its event loop.

    Args:
        path: of the Unix socket that the directory's process listens on.
        timeout: seconds for one look-up, all in all.
    """

    def __init__(self, path: Path, timeout: float, clock: Clock) -> None:
        self.path, self.timeout = path, timeout
        self.breaker = Breaker(clock, timeout)
        self.idle: list[Line] = []
        self.open = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    @property
    def problem(self) -> str:
        """For an alarm: what went wrong last; "" when the last question was answered."""
        return self.breaker.problem

    async def find(self, address: Address) -> Found | None:
        if not self.breaker.allows():
            raise Unavailable(self.breaker.problem)
        end = asyncio.get_running_loop().time() + self.timeout
        try:
            reply = await self.exchange(Find(address.local, address.domain), end)
        except Unavailable as error:
            self.breaker.failed(str(error))
            raise
        match reply:
            case Answer(found):
                self.breaker.succeeded()
                return found
            case Failed(reason, only_this=True):
                raise Unavailable(reason)
            case Failed(reason):
                self.breaker.failed(reason)
                raise Unavailable(reason)
        raise Unavailable("the directory's process answered another question")

    async def exchange(self, request: Request, end: float) -> Reply:
        """Asked a second time where the process ended under the first: a look-up may be repeated."""
        try:
            return await self.once(request, end)
        except Gone:
            return await self.once(request, end)

    async def once(self, request: Request, end: float) -> Reply:
        await self.turn(end)
        line: Line | None = None
        try:
            line = await self.line()
            return await line.ask(request, end)
        finally:
            self.open -= 1
            if line is not None and line.is_open:
                self.idle.append(line)
            self.next_turn()

    async def turn(self, end: float) -> None:
        """Wait until fewer than `LINES` questions are under way."""
        if self.open >= LINES:
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            deadline = loop.call_at(end, settle, turn, Unavailable("too many look-ups are under way"))
            self.waiting.append(turn)
            try:
                await turn
            except BaseException:
                self.leave(turn)
                raise
            finally:
                deadline.cancel()
        else:
            self.open += 1

    def next_turn(self) -> None:
        """Hand the place on to who waits longest."""
        while self.waiting and self.open < LINES:
            turn = self.waiting.popleft()
            if not turn.done():
                self.open += 1
                turn.set_result(None)

    def leave(self, turn: "asyncio.Future[None]") -> None:
        """Who waited has gone; a place that he had just been given goes to the next."""
        if turn in self.waiting:
            self.waiting.remove(turn)
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self.open -= 1
            self.next_turn()

    async def line(self) -> Line:
        while self.idle:
            line = self.idle.pop()
            if line.is_open:
                return line
        try:
            _, line = await asyncio.get_running_loop().create_unix_connection(Line, str(self.path))
        except OSError as error:
            raise Unavailable(f"the directory's process cannot be reached: {error.strerror}") from error
        return line

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()
