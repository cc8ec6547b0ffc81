"""How is Python set up for a worker: modules, memory, errors that nobody hears?

The supervisor imports this before it forks and gives its privileges away. So what Python would import at the first
odd name is there already, readable or not by then, shared by all workers, and nobody waits for it (the tables of
UTS #46 take 80 ms).
"""

import ctypes
import encodings.ascii
import encodings.idna
import encodings.punycode  # noqa: F401 - codecs are found by name
import sys
from contextlib import suppress

import idna.idnadata
import idna.uts46data  # noqa: F401 - wanted by the first internationalized domain
import structlog

with suppress(ImportError):  # `worker` takes the standard loop then
    import uvloop  # noqa: F401 - imported here so that all workers share it

log = structlog.get_logger()

LARGE_BLOCK = 256 * 1024  # octets; what uvloop allocates for each connection in TLS
TRIM_THRESHOLD = 1024 * 1024  # octets free at the end of the heap before they are given back
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h


def set_up() -> None:
    """Once in each worker, before its loop."""
    keep_large_blocks_apart()
    sys.unraisablehook = on_unraisable


def keep_large_blocks_apart() -> None:
    """Blocks of `LARGE_BLOCK` octets get pages of their own, of which only those used count.

    Left alone, glibc raises its limit as soon as such a block is freed; later ones then lie on the heap, over
    pages that OpenSSL has just used and freed: 48 KiB instead of 24 for each idle connection in TLS.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none, and needs none
        mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
        mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD)


def on_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    """An exception where nobody can catch it. One is the client's doing: a server name in TLS that is not ASCII."""
    error = unraisable.exc_value
    if isinstance(error, UnicodeDecodeError) and isinstance(unraisable.object, bytes):
        log.debug("server name in TLS is not ASCII")
        return
    log.error("bug", where="unraisable", error=type(error).__name__, exc_info=error)
