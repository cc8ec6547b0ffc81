"""What do other filters say of mail when the same mail taught them: bogofilter, the Bayes of SpamAssassin and rspamd?

All are run as their users run them, with defaults, in a directory of their own. `tests/servers/install.sh` does not
install them: `apt-get install bogofilter spamassassin`.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.servers.loopback import HOST, free_port
from tests.servers.rspamd import Rspamd
from tools.corpus import Example, examples

ONLY_BAYES = '{"symbols_enabled": ["BAYES_SPAM", "BAYES_HAM"]}'
DIGITS = "--terse-format=%1.1c %20.18f"  # else it rounds to 6, and most spam is alike
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
                command = ["bogofilter", "-C", "-d", place, "-t", DIGITS]
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


class BayesOfRspamd(Rspamd):
    """Its statistics alone matter here; who teaches is on loopback."""

    def configure(self, names: int, clamd: str, reject: float, workers: int) -> None:
        super().configure(names, clamd, reject, workers)
        controller = f'bind_socket = "{HOST}:{self.controller}";\nsecure_ip = "127.0.0.1";\n'
        (self.directory / "conf/override.d/worker-controller.inc").write_text(controller)
        (self.directory / "conf/local.d/classifier-bayes.conf").write_text('backend = "redis";\nautolearn = false;\n')


def rspamd(corpus: Path) -> Said:
    """Its Bayes: the score of BAYES_SPAM or BAYES_HAM."""
    scores = {}
    with BayesOfRspamd(names=free_port()) as server:
        teacher, judge = HTTPConnection(HOST, server.controller), HTTPConnection(HOST, server.port)
        for mail in examples(corpus):
            if mail.split == "train":
                asked(teacher, "/learnspam" if mail.is_spam else "/learnham", mail.octets)
        for mail in examples(corpus):
            if mail.split == "dev":
                symbols = asked(judge, "/checkv2", mail.octets).get("symbols", {})
                found = [symbols[name]["score"] for name in ("BAYES_SPAM", "BAYES_HAM") if name in symbols]
                scores[mail.name] = sum(found)
    return "rspamd's Bayes", scores


def asked(server: HTTPConnection, path: str, octets: bytes) -> dict[str, Any]:
    server.request("POST", path, octets, {"Settings": ONLY_BAYES})
    answer: dict[str, Any] = json.loads(server.getresponse().read() or b"{}")
    return answer
