"""The nursery: a process with nothing in its memory but code, that forks those that look into messages.

    python -I -m gatepost.adapters.inspection.process DESCRIPTOR

It is started afresh, so no key, password or mail of the worker's is in it, and no descriptor but the socket to the
worker. It imports everything once; what it forks starts at once and shares that memory. It ends with the worker.
"""

import encodings
import gc
import importlib
import logging
import os
import pkgutil
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

import msgspec
from PIL import Image

from gatepost.adapters.inspection.child import Child
from gatepost.adapters.inspection.embedded_rules import BadRules, EmbeddedRules
from gatepost.adapters.inspection.sandbox.confine import Confinement, confine, leave_network
from gatepost.adapters.inspection.types.libmagic import media_type_of
from gatepost.adapters.inspection.wire import Ended, Fork, Kill, Orders, Ready, encoder, receive, send
from gatepost.auth.suffixes import public_suffixes

LATE = ("calendar", "fractions", "gzip", "idna.uts46data", "PIL.ImageChops", "PIL.ImageOps", "PIL.ImageSequence")
"""What libraries import only when they need it."""

NOT_CODECS = frozenset({"mbcs", "oem", "cp65001"})  # of Windows
TOLD = 10  # frames of a traceback
PROBE_LIMIT = 16 * 1024  # octets


def main(descriptor: int) -> None:
    logging.disable()
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(asked, signal.SIG_IGN)  # the worker is asked too, and needs this process until its last message
    line = socket.socket(fileno=descriptor)
    first, _ = receive(line)
    if not isinstance(first, Orders):
        return
    outside = leave_network()
    try:
        rules = EmbeddedRules(tuple(Path(place) for place in first.rules))
    except (BadRules, OSError) as error:
        send(line, Ready(outside, str(error)))
        return
    load_late()
    gc.collect()
    gc.freeze()  # what is never freed is never written to, and so stays shared
    send(line, Ready(probe(first.memory, outside)))
    Nursery(line, first, rules, outside).run()


def load_late() -> None:
    """What would be read from files by each process again, or could not be where no file may be opened any more."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in NOT_CODECS:
            importlib.import_module(f"encodings.{module.name}")
    for name in LATE:
        importlib.import_module(name)
    Image.init()
    public_suffixes()
    media_type_of(b"\0")  # libmagic reads its database when it is first asked


def probe(memory: int, outside: Confinement) -> Confinement:
    """What holds a process that is forked from here: one is, and says so."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.write(theirs, encoder.encode(confine(memory, outside)))
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as told:
        said = told.read(PROBE_LIMIT)
    os.waitpid(pid, 0)
    return msgspec.msgpack.decode(said, type=Confinement) if said else outside


class Nursery:
    """Forks, kills and buries."""

    def __init__(self, line: socket.socket, orders: Orders, rules: EmbeddedRules, outside: Confinement) -> None:
        self.line, self.orders, self.rules, self.outside = line, orders, rules, outside
        self.children: dict[int, tuple[int, int]] = {}  # by number: process, its descriptor
        self.poll = select.poll()
        self.poll.register(line, select.POLLIN)

    def run(self) -> None:
        """Until the worker ends."""
        while True:
            for descriptor, _ in self.poll.poll():
                if descriptor != self.line.fileno():
                    self.bury(descriptor)
                elif not self.obey():
                    return

    def obey(self) -> bool:
        """False at the end."""
        try:
            packet, descriptors = receive(self.line)
        except ConnectionResetError:  # killed, with something unread
            return False
        match packet:
            case Fork(number) if len(descriptors) == 1:
                self.fork(number, descriptors[0])
            case Kill(number):
                if number in self.children:
                    os.kill(self.children[number][0], signal.SIGKILL)
            case _:
                return False
        return True

    def fork(self, number: int, descriptor: int) -> None:
        pid = os.fork()
        if not pid:
            self.become(descriptor)
        os.close(descriptor)
        watched = os.pidfd_open(pid)
        self.children[number] = pid, watched
        self.poll.register(watched, select.POLLIN)

    def become(self, descriptor: int) -> None:
        """The child: it never returns. What a library says of a message goes nowhere, what is wrong with us is told."""
        told = os.fdopen(os.dup(2), "w")
        try:
            for _, other in self.children.values():
                os.close(other)
            self.line.close()
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 2)
            line = socket.socket(fileno=descriptor)  # asks for its kind, which it may not later
            confine(self.orders.memory, self.outside)
            Child(line, self.orders, self.rules.matches).run()
        except Exception:
            traceback.print_exc(limit=-TOLD, file=told)
            told.flush()
        finally:
            os._exit(0)

    def bury(self, descriptor: int) -> None:
        number = next((number for number, (_, watched) in self.children.items() if watched == descriptor), 0)
        if not number:
            return
        pid, _ = self.children.pop(number)
        _, status = os.waitpid(pid, 0)
        self.poll.unregister(descriptor)
        os.close(descriptor)
        send(self.line, Ended(number, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0))


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)  # libraries complain of each other while Python takes itself apart
