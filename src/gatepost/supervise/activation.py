"""Which listening sockets did systemd open for us? (sd_listen_fds(3))"""

import os
import socket

FIRST = 3  # SD_LISTEN_FDS_START


def activated() -> list[socket.socket]:
    """TCP sockets handed over, [] if none; the environment is cleared. What is no listening TCP socket is closed."""
    whose = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if whose != str(os.getpid()) or not count.isdecimal():
        return []
    sockets = []
    for descriptor in range(FIRST, FIRST + int(count)):
        os.set_inheritable(descriptor, False)
        opened = socket.socket(fileno=descriptor)
        if is_listening(opened):
            opened.setblocking(False)
            sockets.append(opened)
        else:
            opened.close()
    return sockets


def is_listening(opened: socket.socket) -> bool:
    return (
        opened.family in (socket.AF_INET, socket.AF_INET6)
        and opened.type == socket.SOCK_STREAM
        and opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    )
