"""How a connection to a mail server is made ready: TCP, greeting, EHLO, STARTTLS, EHLO again (RFC 5321 §3.1, RFC 3207).

Where TLS is required there is no way to a connection in clear. Where it is opportunistic, a handshake that
fails is followed by a new connection in clear, and that is told (RFC 7435); but a server whose 220 to
STARTTLS comes with octets behind it is not used at all: somebody has put them there.
"""

import asyncio
import ssl

from msgspec.structs import replace

from gatepost.adapters.backend.connection import Connection
from gatepost.adapters.backend.hosts import Host, HostFailed, said
from gatepost.adapters.backend.owner import Owner
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.adapters.backend.tls import TlsContexts, tls_of
from gatepost.ports.backend import Extensions
from gatepost.smtp.client import ClientProtocol, extensions_of
from gatepost.smtp.client_commands import STARTTLS, ehlo, helo


class TlsFailed(HostFailed):
    """No TLS with this host; without it, it might do."""


class Dialler:
    """Opens connections of one backend. Owned by its pool.

    Args:
        name: what to say in EHLO.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: BackendSettings,
        contexts: TlsContexts,
        name: str,
        owner: Owner[Connection],
    ) -> None:
        self.loop, self.settings, self.contexts, self.owner = loop, settings, contexts, owner
        self.ehlo, self.helo = ehlo(name), helo(name)

    async def open(self, host: Host) -> Connection:
        """A connection that is ready for a transaction.

        Raises:
            HostFailed: and nothing is left open.
        """
        if self.settings.tls == "off":
            return await self.set_up(host, tls=False)
        try:
            return await self.set_up(host, tls=True)
        except TlsFailed as error:
            if self.settings.tls == "required":
                raise
            self.owner.noticed("backend.tls_downgrade", str(host.where), str(error))
            return await self.set_up(host, tls=False)

    async def set_up(self, host: Host, *, tls: bool) -> Connection:
        connection = Connection(self.loop, host, self.settings, self.owner)
        self.owner.opened(connection)
        try:
            await self.connect(connection)
            greeting = await connection.answered()
            if greeting.code != 220:
                raise HostFailed(f"greeted with {said(greeting)}")
            connection.offered = await self.introduce(connection)
            if tls:
                await self.secure(connection)
        except BaseException:  # a cancelled one too is closed
            connection.drop("")
            raise
        return connection

    async def connect(self, connection: Connection) -> None:
        where = connection.host.where
        attempt = self.loop.create_task(self.loop.create_connection(lambda: connection, where.host, where.port))
        await self.within(attempt, HostFailed("no connection in time"))
        try:
            attempt.result()
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that no resolver takes
            raise HostFailed(getattr(error, "strerror", None) or str(error)) from error

    async def within(self, attempt: asyncio.Task[object], late: HostFailed) -> None:
        """Wait for it as long as a connection may take."""
        try:
            await asyncio.wait((attempt,), timeout=self.settings.connect_timeout)
        finally:
            done = attempt.done()
            attempt.cancel()
        if not done:
            raise late

    async def introduce(self, connection: Connection) -> Extensions:
        """EHLO; HELO for servers that do not know it (RFC 5321 §3.2), unless TLS is required: HELO offers none."""
        reply = await connection.ask(self.ehlo)
        if reply.code == 250:
            return extensions_of(reply)
        if reply.code < 500 or self.settings.tls == "required" or connection.tls is not None:
            raise HostFailed(f"EHLO: {said(reply)}")
        reply = await connection.ask(self.helo)
        if reply.code != 250:
            raise HostFailed(f"HELO: {said(reply)}")
        return Extensions()

    async def secure(self, connection: Connection) -> None:
        if not connection.offered.starttls:
            if self.settings.tls == "required":
                raise TlsFailed("STARTTLS is not offered")
            return
        reply = await connection.ask(STARTTLS)
        if reply.code != 220:
            raise TlsFailed(f"STARTTLS: {said(reply)}")
        await self.handshake(connection)
        try:
            offered = await self.introduce(connection)
        except HostFailed as error:  # in TLS 1.3 a refused client certificate shows only now
            raise TlsFailed(f"after the TLS handshake: {error}") from error
        connection.offered = replace(offered, starttls=True)

    async def handshake(self, connection: Connection) -> None:
        """From here on only what comes out of TLS is read; what was said before is forgotten (RFC 3207 §4.2)."""
        if connection.transport.is_closing():
            raise TlsFailed("connection lost before the TLS handshake")
        connection.client = ClientProtocol(awaited=0)
        connection.transport.pause_reading()
        name = self.settings.server_name or connection.host.where.host
        attempt = self.loop.create_task(
            self.loop.start_tls(
                connection.transport,
                connection,
                self.contexts.current(),
                server_hostname=name,
                ssl_handshake_timeout=self.settings.connect_timeout,
            )
        )
        await self.within(attempt, TlsFailed("no TLS handshake in time"))
        try:
            transport = attempt.result()
        except ssl.SSLError as error:
            raise TlsFailed(f"TLS handshake: {error.reason or error}") from error
        except OSError as error:
            raise TlsFailed(f"TLS handshake: {error}") from error
        if transport is None or connection.is_closed:
            raise TlsFailed("TLS handshake: connection lost")
        connection.use(transport)
        connection.tls = tls_of(transport.get_extra_info("ssl_object"), name)
