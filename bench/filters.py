"""What do other filters say of the same mail, taught by the same mail: bogofilter and SpamAssassin's Bayes?

Both are run as their users run them, with defaults, in a directory of their own. `tests/servers/install.sh` does not
install them: `apt-get install bogofilter spamassassin`.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tools.corpus import Example, examples

BOGUS = re.compile(r"Spamicity(?:\?)?[:=]?\s*([0-9.]+)")
BAYES = re.compile(rb"score\s*=\s*([0-9.e-]+)")
Said = tuple[str, dict[str, float]]


def mbox(mails: Iterable[Example]) -> bytes:
    return b"".join([b"From x@example.com Thu Jan  1 00:00:00 2026\n" + quoted(mail.octets) + b"\n" for mail in mails])


def quoted(octets: bytes) -> bytes:
    return re.sub(rb"(?m)^(>*From )", rb">\1", octets.replace(b"\r\n", b"\n"))


def taught(corpus: Path) -> tuple[bytes, bytes]:
    """Ham and spam of the train split as mailboxes."""
    first = [mail for mail in examples(corpus) if mail.split == "train"]
    return mbox(mail for mail in first if not mail.is_spam), mbox(mail for mail in first if mail.is_spam)


def bogofilter(corpus: Path) -> Said:
    ham, spam = taught(corpus)
    with tempfile.TemporaryDirectory() as place:
        for flag, box in (("-n", ham), ("-s", spam)):
            subprocess.run(["bogofilter", "-C", "-d", place, flag, "-M"], input=box, check=True)
        scores = {}
        for mail in examples(corpus):
            if mail.split == "dev":
                command = ["bogofilter", "-C", "-d", place, "-T"]
                found = subprocess.run(command, input=mail.octets.replace(b"\r\n", b"\n"), capture_output=True)
                scores[mail.name] = float(found.stdout.split()[1])
    return "bogofilter", scores


def spamassassin(corpus: Path) -> Said:
    """Its Bayes alone: no rules, no network."""
    ham, spam = taught(corpus)
    with tempfile.TemporaryDirectory() as place:
        program = Path(__file__).with_name("bayes.pl")
        for name, box in (("ham", ham), ("spam", spam)):
            (Path(place) / name).write_bytes(box)
            command = [
                "sa-learn",
                f"--{name}",
                "--mbox",
                "--no-sync",
                "-L",
                "--dbpath",
                f"{place}/bayes",
                f"{place}/{name}",
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["sa-learn", "--sync", "--dbpath", f"{place}/bayes"], check=True, stdout=subprocess.DEVNULL)
        dev = Path(place) / "dev"
        dev.mkdir()
        for mail in examples(corpus):
            if mail.split == "dev":
                (dev / mail.name).write_bytes(mail.octets.replace(b"\r\n", b"\n"))
        command = ["perl", str(program), f"{place}/bayes", str(dev)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "SpamAssassin's Bayes", {name: float(score) for name, score in map(str.split, said.splitlines())}
