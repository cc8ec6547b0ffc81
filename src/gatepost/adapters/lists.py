"""Who is on the operator's lists, as they are in the files now?

A look-up costs a few set accesses however long the list. A file is looked at once a second at most, and read again
when it has changed, some lines with each look-up, so that a long list never holds the loop up; the old contents
serve until the new ones are complete. A new file that cannot be read, or that has one bad line, changes nothing and
raises an alarm.
"""

from collections.abc import Iterator
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from gatepost.model.address import Address
from gatepost.model.stage import IPAddress
from gatepost.ports.clock import Clock
from gatepost.ports.lists import BadList, Entries
from gatepost.syntax.address import address
from gatepost.syntax.domain import domain
from gatepost.syntax.helo import helo_name

LOOK_EVERY = 1.0  # seconds between two looks at a file
SLICE = 250  # lines read with one look-up: some 2 ms
FILE_LIMIT = 64 * 1024 * 1024  # octets
BITS = {4: 32, 6: 128}


class Table:
    """The entries of one list. Filled once, then only read; it is a whole `AccessList` where there is no file."""

    __slots__ = ("addresses", "domains", "has_null", "names", "networks", "trees", "zones")

    def __init__(self) -> None:
        self.networks: dict[tuple[int, int], set[int]] = {}  # (IP version, host bits) → prefixes
        self.addresses: set[str] = set()
        self.domains: set[str] = set()  # of `@domain`
        self.trees: set[str] = set()  # of `@.domain`
        self.names: set[str] = set()
        self.zones: set[str] = set()  # of `.domain`
        self.has_null = False

    def has_network(self, ip: IPAddress) -> str | None:
        if not self.networks:
            return None
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        number = int(ip)
        for (version, host_bits), prefixes in self.networks.items():
            if version == ip.version and number >> host_bits in prefixes:
                start = ip_address((number >> host_bits << host_bits).to_bytes(BITS[version] // 8, "big"))
                return f"{start}/{BITS[version] - host_bits}" if host_bits else str(ip)
        return None

    def has_address(self, address: Address | None) -> str | None:
        if address is None:
            return "<>" if self.has_null else None
        if self.addresses and (whole := f"{address.local.lower()}@{address.domain}") in self.addresses:
            return whole
        if address.domain in self.domains:
            return f"@{address.domain}"
        above = nearest(address.domain, self.trees)
        return f"@.{above}" if above else None

    def has_name(self, name: str) -> str | None:
        name = name.lower().removesuffix(".")
        if name in self.names:
            return name
        above = nearest(name, self.zones)
        return f".{above}" if above else None

    def add(self, entry: str, takes: Entries) -> None:
        """Raises `ValueError` with what is wrong and what would be right."""
        if takes is Entries.ANY:
            takes = sort_of(entry)
        if takes is Entries.NETWORKS:
            version, host_bits, prefix = network(entry)
            self.networks.setdefault((version, host_bits), set()).add(prefix)
        elif takes is Entries.ADDRESSES:
            self.add_address(entry)
        elif entry.startswith("."):
            self.zones.add(domain(entry[1:]))
        else:
            self.names.add(helo_name(entry).lower())

    def add_address(self, entry: str) -> None:
        if entry == "<>":
            self.has_null = True
        elif entry.startswith("@."):
            self.trees.add(domain(entry[2:]))
        elif entry.startswith("@"):
            self.domains.add(domain(entry[1:]))
        elif "@" in entry:
            mailbox = address(entry)
            self.addresses.add(f"{mailbox.local.lower()}@{mailbox.domain}")
        else:
            raise ValueError(
                f'write "@{entry.lstrip(".")}" for a whole domain, "ann@…" for one address, "<>" for bounces'
            )


class FileList:
    """A list in a file, with the entries given inline; owned by the event loop of one worker.

    Args:
        path: read at once; `BadList` if that fails.
        inline: entries that stand beside the file.
    """

    __slots__ = ("alarm", "clock", "coming", "due", "inline", "path", "reading", "seen", "table", "takes")

    def __init__(self, path: Path, inline: Table, takes: Entries, clock: Clock) -> None:
        self.path = path
        self.inline = inline
        self.takes = takes
        self.clock = clock
        self.alarm = ""
        self.due = clock.monotonic() + LOOK_EVERY
        self.table = self.coming = Table()
        self.reading: Iterator[None] | None = None
        self.seen: tuple[int, int, int] | None = None
        try:
            self.seen = signature(path)
            for _ in slices(path, takes, self.table):
                pass
        except OSError as error:
            raise BadList(unreadable(path, error)) from error

    def has_network(self, ip: IPAddress) -> str | None:
        self.look()
        return self.inline.has_network(ip) or self.table.has_network(ip)

    def has_address(self, address: Address | None) -> str | None:
        self.look()
        return self.inline.has_address(address) or self.table.has_address(address)

    def has_name(self, name: str) -> str | None:
        self.look()
        return self.inline.has_name(name) or self.table.has_name(name)

    def look(self) -> None:
        """Read on in a changed file, or see whether it has changed; whatever goes wrong, the old table stays."""
        if self.reading is None and self.clock.monotonic() < self.due:
            return
        try:
            self.step()
        except OSError as error:
            self.reading, self.seen, self.alarm = None, None, unreadable(self.path, error)
        except BadList as error:
            self.reading, self.alarm = None, str(error)

    def step(self) -> None:
        if self.reading is None:
            self.due = self.clock.monotonic() + LOOK_EVERY
            now = signature(self.path)
            if now == self.seen:
                return
            self.seen, self.coming = now, Table()
            self.reading = slices(self.path, self.takes, self.coming)
        if next(self.reading, self) is self:  # nothing left to read
            self.table, self.reading, self.alarm = self.coming, None, ""


class FileLists:
    """All lists of one worker.

    Args:
        clock: says when to look at the files again.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.files: list[FileList] = []

    def open(self, entries: tuple[str, ...], path: str | None, takes: Entries = Entries.ANY) -> Table | FileList:
        """See `gatepost.ports.lists.Lists`."""
        inline = Table()
        for entry in entries:
            try:
                inline.add(entry, takes)
            except ValueError as error:
                raise BadList(f'"{entry}": {error}') from error
        if path is None:
            return inline
        listed = FileList(Path(path), inline, takes, self.clock)
        self.files.append(listed)
        return listed

    def tick(self) -> None:
        """Let every file come up to date a little; for a timer, so that a quiet gateway reads changes too."""
        for listed in self.files:
            listed.look()

    def alarms(self) -> tuple[str, ...]:
        """What is wrong with files that are used in their old contents."""
        return tuple(dict.fromkeys(listed.alarm for listed in self.files if listed.alarm))


def slices(path: Path, takes: Entries, table: Table) -> Iterator[None]:
    """Fill `table` from the file, some lines at a time. Raises `OSError`, `BadList`."""
    if path.stat().st_size > FILE_LIMIT:
        raise BadList(f"{path}: larger than {FILE_LIMIT} octets")
    octets = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(lines(octets), 1):
        try:
            if entry := without_comment(line.decode()):
                table.add(entry, takes)
        except UnicodeDecodeError:
            raise BadList(f"{path}, line {number}: not UTF-8") from None
        except ValueError as error:
            raise BadList(f'{path}, line {number}: "{without_comment(line.decode())[:80]}": {error}') from error
        if number % SLICE == 0:
            yield


def lines(octets: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(octets):
        end = octets.find(b"\n", start)
        end = len(octets) if end < 0 else end
        yield octets[start:end]
        start = end + 1


def without_comment(line: str) -> str:
    """A `#` begins a comment at the start of a line or behind white space; elsewhere it may belong to an address."""
    at = line.find("#")
    while at > 0 and line[at - 1] not in " \t":
        at = line.find("#", at + 1)
    return (line if at < 0 else line[:at]).strip()


def signature(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written or replaced."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def unreadable(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror or error}"


def nearest(name: str, zones: set[str]) -> str:
    """The longest of `zones` that is `name` or stands above it; "" if none does."""
    while zones and name:
        if name in zones:
            return name
        name = name.partition(".")[2]
    return ""


def sort_of(entry: str) -> Entries:
    """What an entry must be where any is taken."""
    if "@" in entry or entry == "<>":
        return Entries.ADDRESSES
    try:
        network(entry)
    except ValueError:
        return Entries.NETWORKS if "/" in entry else Entries.NAMES
    return Entries.NETWORKS


def network(text: str) -> tuple[int, int, int]:
    """IP version, host bits and prefix. Faster than `ip_network` by much, and says what would be right."""
    start, slash, length = text.partition("/")
    try:
        ip = ip_address(start)
    except ValueError:
        raise ValueError('no address or network: write one such as "192.0.2.7" or "192.0.2.0/24"') from None
    bits = BITS[ip.version]
    if slash and not (length.isascii() and length.isdecimal() and int(length) <= bits):
        raise ValueError(f"a prefix length is a number from 0 to {bits}")
    host_bits = bits - int(length) if slash else 0
    prefix = int(ip) >> host_bits
    if prefix << host_bits != int(ip):
        wider = ip_address((prefix << host_bits).to_bytes(bits // 8, "big"))
        raise ValueError(f'an address with a prefix length: write "{wider}/{length}" for the network')
    return ip.version, host_bits, prefix
