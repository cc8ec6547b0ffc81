"""How is an engine reached? By TCP, or over a Unix socket."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable

from gatepost.adapters.engines.settings import EngineAddress
from gatepost.adapters.engines.turns import Failed, why

BUSY = 0.02  # seconds until a full queue of a Unix socket is tried again


async def dial(address: EngineAddress, make: Callable[[], asyncio.Protocol], patience: float) -> None:
    """Connect, and hand the connection to the protocol that `make` makes.

    Args:
        patience: seconds.

    Raises:
        Failed: nobody takes the connection, or not in time.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(patience):
            if address.path:
                await loop.create_unix_connection(make, sock=await unix_socket(address.path))
            else:
                await loop.create_connection(make, address.host, address.port)
    except TimeoutError:
        raise Failed("no connection in time") from None
    except (OSError, UnicodeError) as error:
        raise Failed(why(error)) from error


async def unix_socket(path: str) -> socket.socket:
    """A connected one. Raises OSError; waits as long as the server's queue is full."""
    while True:
        attempt = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        problem = attempt.connect_ex(path)
        if not problem:
            return attempt
        attempt.close()
        if problem != errno.EAGAIN:
            raise OSError(problem, os.strerror(problem))
        await asyncio.sleep(BUSY)
