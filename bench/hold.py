"""Opens sessions and sits on them: `python -m bench.hold PORT COUNT banner|ehlo|tarpit|starttls`.

Clients come from 250 loopback addresses in turn. Prints a JSON line when settled, holds until its standard input
ends, prints a second one: how many were still held.
"""

import errno
import json
import resource
import select
import socket
import ssl
import sys
import time

from tests.servers.loopback import HOST

BIND_ADDRESS_NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT, linux/in.h: the port is chosen at connect, per destination
WINDOW = 200  # sessions that may be under way at once
LIMIT, STALL, QUIET = 90.0, 5.0, 1.0  # seconds: in all; without progress; after the last step
UNKNOWN = b"RCPT TO:<nobody@example.test>\r\n"
SCRIPTS = {
    "banner": (),
    "ehlo": (b"EHLO idle.sender.test\r\n",),
    "tarpit": (b"EHLO idle.sender.test\r\n", b"MAIL FROM:<ann@sender.test>\r\n", UNKNOWN),
}
"""What a session says, one after each reply. The tar-pitted one is held from its last line on, with no reply to it."""


class Session:
    """One connection and how far it is in its script."""

    def __init__(self, number: int, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        self.socket.bind((f"127.1.0.{number % 250 + 1}", 0))
        self.said = 0
        self.is_held = False
        self.failed = self.socket.connect_ex((HOST, port)) not in (0, errno.EINPROGRESS)


class Holder:
    """All sessions, on one epoll."""

    def __init__(self, port: int, count: int, mode: str) -> None:
        self.port, self.count = port, count
        self.script, self.silent_end = SCRIPTS[mode], mode == "tarpit"
        self.poll = select.epoll()
        self.sessions: dict[int, Session] = {}
        self.opened = self.held = self.lost = 0
        self.first_refusal = ""

    def open(self) -> None:
        session = Session(self.opened, self.port)
        self.opened += 1
        if session.failed:
            self.lost += 1
            return
        self.sessions[session.socket.fileno()] = session
        self.poll.register(session.socket.fileno(), select.EPOLLIN)

    def close(self, session: Session) -> None:
        self.held -= session.is_held
        self.lost += 1
        self.poll.unregister(session.socket.fileno())
        del self.sessions[session.socket.fileno()]
        session.socket.close()

    def step(self, timeout: float) -> int:
        """Handle what has come; how many sessions got on."""
        ready = self.poll.poll(timeout, 2000)
        for number, _ in ready:
            self.read(self.sessions[number])
        return len(ready)

    def read(self, session: Session) -> None:
        try:
            octets = session.socket.recv(4096)
        except OSError:
            octets = b""
        if not octets:
            return self.close(session)
        if octets[:1] != b"2" or session.is_held:
            self.first_refusal = self.first_refusal or octets[:80].decode("latin-1")
            return self.close(session)
        if b" " not in octets.rsplit(b"\n", 2)[-2][:4]:
            return None  # more lines of this reply come
        if session.said < len(self.script):
            session.socket.sendall(self.script[session.said])
            session.said += 1
        if session.said == len(self.script) and (self.silent_end or not self.script or octets.startswith(b"250")):
            session.is_held = True
            self.held += 1
        return None

    def settle(self) -> None:
        start = last = time.monotonic()
        while self.held + self.lost < self.count and time.monotonic() - start < LIMIT:
            while self.opened < self.count and self.opened - self.held - self.lost < WINDOW:
                self.open()
            if self.step(0.05):
                last = time.monotonic()
            elif time.monotonic() - last > STALL:
                break
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            self.step(0.05)

    def report(self) -> str:
        return json.dumps({"held": self.held, "lost": self.lost, "first_refusal": self.first_refusal})


def hold_encrypted(port: int, count: int) -> list[ssl.SSLSocket]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    held = []
    for _ in range(count):
        plain = socket.create_connection((HOST, port), 10)
        for command in (b"", b"EHLO idle.sender.test\r\n", b"STARTTLS\r\n"):
            plain.sendall(command)
            plain.recv(4096)
        held.append(context.wrap_socket(plain))
    return held


def main() -> None:
    port, count, mode = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if mode == "starttls":
        held = hold_encrypted(port, count)
        for _ in range(2):
            print(json.dumps({"held": len(held), "lost": count - len(held), "first_refusal": ""}), flush=True)
            sys.stdin.read()
        return
    holder = Holder(port, count, mode)
    holder.settle()
    print(holder.report(), flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        holder.step(0.1)
    print(holder.report(), flush=True)


if __name__ == "__main__":
    main()
