"""Which rules match a thing? Our own few, always there, and those in directories of the operator's.

They are matched by YARA-X. It compiles them to machine code when an object is made: that takes memory with the right
to execute, and a scan with a time limit starts a thread; who shuts itself in does so afterwards.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yara_x

OWN = Path(__file__).parent / "rules"
SUFFIXES = (".yar", ".yara")
SECONDS = 5  # for one thing
MATCHES = 1000  # of one pattern that are looked at
NAMES = 20  # of matching rules that are told
NAME_LIMIT = 128  # characters
FILE_LIMIT = 16 * 1024**2  # octets of a file with rules
FILES_LIMIT = 10_000


class BadRules(ValueError):
    """Rules cannot be used: `file:line: why`."""


class TooSlow(Exception):
    """The rules were not through with a thing in time: nothing is known of it."""


Signature = tuple[tuple[str, int, int, int], ...]


def signature(directories: Sequence[Path]) -> Signature:
    """Differs once a file with rules has changed, come or gone. Raises OSError."""
    found = []
    for file in rule_files(directories):
        status = file.stat()
        found.append((str(file), status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(found)


def rule_files(directories: Sequence[Path]) -> Iterator[Path]:
    """In order of their names; not those of directories below. Raises OSError."""
    for directory in directories:
        yield from sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES and path.is_file())


class EmbeddedRules:
    """Compiled rules. Who uses them does so in one thread, and closes them there.

    Args:
        directories: of rules beside our own.

    Raises:
        BadRules: one of them is wrong, or there are far too many.
        OSError: a file or directory cannot be read.
    """

    def __init__(self, directories: Sequence[Path] = ()) -> None:
        compiler = yara_x.Compiler(includes_enabled=False)
        own = len(list(rule_files((OWN,))))
        for number, file in enumerate(rule_files((OWN, *directories))):
            if number == FILES_LIMIT:
                raise BadRules(f"{file}: more than {FILES_LIMIT} files with rules")
            compiler.new_namespace(file.name if number < own else str(file))
            add(compiler, file)
        self.rules = compiler.build()
        self.scanner: yara_x.Scanner | None = None

    def opened(self) -> yara_x.Scanner:
        """It belongs to the thread that makes it: another one, collecting garbage, could not free it."""
        scanner = yara_x.Scanner(self.rules)
        scanner.set_timeout(SECONDS)
        scanner.max_matches_per_pattern(MATCHES)
        return scanner

    def close(self) -> None:
        """Free what the thread has made."""
        self.scanner = None

    def matches(self, octets: bytes) -> tuple[str, ...]:
        """Names of the rules that match, each once, bounded. Raises `TooSlow`."""
        if self.scanner is None:
            self.scanner = self.opened()
        try:
            found = self.scanner.scan(octets).matching_rules
        except yara_x.TimeoutError:
            raise TooSlow(f"not within {SECONDS} s") from None
        if not found:
            return ()
        return tuple(dict.fromkeys(rule.identifier[:NAME_LIMIT] for rule in found))[:NAMES]


def add(compiler: yara_x.Compiler, file: Path) -> None:
    """One file; what is wrong with it by file and line."""
    with file.open("rb") as opened:
        octets = opened.read(FILE_LIMIT + 1)
    if len(octets) > FILE_LIMIT:
        raise BadRules(f"{file}: larger than {FILE_LIMIT // 1024**2} MiB")
    try:
        compiler.add_source(octets.decode("utf-8"), str(file))
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise BadRules(f"{file}:{line}: not UTF-8") from None
    except yara_x.CompileError:
        raise BadRules(problem(compiler, file)) from None


def problem(compiler: yara_x.Compiler, file: Path) -> str:
    """The first error, on one line."""
    first = compiler.errors()[0]
    line = first.get("line") or 1
    labels = [label.get("text", "") for label in first.get("labels", ()) if label.get("text")]
    why = ": ".join([str(first.get("title", "cannot be compiled")), *labels[:1]])
    return f"{file}:{line}: {' '.join(why.split())}"
