"""What of the file system, and of the network, a process can reach from now on (landlock(7))."""

import ctypes
import os
import struct
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
GET_VERSION = 1
BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
READ_FILE, READ_DIR = 1 << 2, 1 << 3
ACCESSES = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 5: 1 << 16}  # since version: one more than its highest file right
NETWORK_SINCE, SCOPES_SINCE = 4, 6
BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3


def call(number: int, *arguments: object) -> int:
    """Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    result = int(library.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def version() -> int:
    """Raises OSError where the kernel has none, or has it switched off."""
    return call(CREATE_RULESET, None, ctypes.c_size_t(0), GET_VERSION)


def restrict(readable: Iterable[str]) -> int:
    """Files beneath `readable` may be read, and nothing else; for good. The version. Raises OSError."""
    found = version()
    rights = max(right for since, right in ACCESSES.items() if since <= found) - 1
    attributes = [rights, BIND_AND_CONNECT if found >= NETWORK_SINCE else 0]
    if found >= SCOPES_SINCE:
        attributes.append(ABSTRACT_SOCKETS_AND_SIGNALS)
    packed = struct.pack(f"<{len(attributes)}Q", *attributes)[: None if found >= NETWORK_SINCE else 8]
    ruleset = call(CREATE_RULESET, packed, ctypes.c_size_t(len(packed)), 0)
    try:
        for path in readable:
            allow(ruleset, path)
        call(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return found


def allow(ruleset: int, path: str) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a place that is not there needs no permission
    try:
        call(ADD_RULE, ruleset, BENEATH, struct.pack("<Qi", READ_FILE | READ_DIR, beneath), 0)
    finally:
        os.close(beneath)
