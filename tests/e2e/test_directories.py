"""Who exists, asked of real directories by the running gateway; and when they are away, nobody is unknown."""

import os
import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.servers.gateway import Gateway
from tests.servers.loopback import HOST, wait_until
from tests.servers.postfix import ReceivingPostfix
from tests.servers.samba_ad import ADMINISTRATOR, BASE, SambaAd
from tests.servers.samba_ad import PASSWORD as AD_PASSWORD
from tests.servers.slapd import PASSWORD, READER, SUFFIX, Slapd

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]

MANY = 200  # recipients of whom each is asked for once: what is remembered tells nothing of an outage
UNIT = f"ou=people,{SUFFIX}"
OTHER = f"ou=other,{SUFFIX}"
STAFF = f"OU=Staff,{BASE}"


def rcpt(gateway: Gateway, *recipients: str) -> list[str]:
    """What is said to each of them."""
    with smtplib.SMTP(HOST, gateway.port, local_hostname="client.sender.test", timeout=60) as client:
        client.ehlo()
        client.mail("ann@sender.test")
        found = []
        for recipient in recipients:
            code, text = client.rcpt(recipient)
            found.append(f"{code} {text.decode()}")
        return found


def codes(gateway: Gateway, *recipients: str) -> list[str]:
    """Reply code and enhanced code."""
    return [reply[:9] for reply in rcpt(gateway, *recipients)]


def asking(directory: dict[str, object]) -> dict[str, object]:
    """Settings: recipients of example.test are asked of this directory."""
    return {
        "directories": {"asked": directory},
        "domains": {"example.test": {"recipients": "asked"}},
        "checks": {"harvest": {"enabled": False}},
        "listeners": {"inbound": {"limits": {"errors": 1000, "refused_recipients": 1000}}},
    }


class Outage:
    """Asks for recipients nobody has asked for, so that the directory's own answer is what counts.

    Args:
        known, unknown: the address with that number.
    """

    def __init__(self, gateway: Gateway, known: Callable[[int], str], unknown: Callable[[int], str]) -> None:
        self.gateway, self.known, self.unknown = gateway, known, unknown
        self.numbers = count(1)

    def ask(self) -> tuple[str, str]:
        """Reply to one that exists, and to one that does not; an outage may be seen in either, but nothing wrong."""
        number = next(self.numbers)
        assert number < MANY
        yes, no = codes(self.gateway, self.known(number), self.unknown(number))
        assert yes[:3] in ("250", "451"), yes
        assert no[:3] in ("550", "451"), no
        return yes[:3], no[:3]

    def is_known_to_be_up(self) -> bool:
        return self.ask() == ("250", "550")

    def wait_until_up(self) -> None:
        """One look a second at most: each needs recipients of its own."""
        while not self.is_known_to_be_up():
            time.sleep(1.0)


# ── OpenLDAP ─────────────────────────────────────────────────────────────────


def person(uid: str, *lines: str, unit: str = UNIT) -> str:
    head = [f"dn: uid={uid},{unit}", "objectClass: inetOrgPerson", "objectClass: mailRecipient"]
    return "\n".join([*head, f"uid: {uid}", f"cn: {uid}", f"sn: {uid}", *lines]) + "\n"


def unit(name: str) -> str:
    return f"dn: {name}\nobjectClass: organizationalUnit\n"


ENTRIES = [
    unit(UNIT),
    unit(OTHER),
    person("bob", "proxyAddresses: SMTP:bob@example.test", "proxyAddresses: smtp:robert@example.test"),
    person("zoe", "mail: zoe@example.test", unit=OTHER),
    *(person(f"p{n}", f"proxyAddresses: SMTP:p{n}@example.test") for n in range(MANY)),
]


@pytest.fixture
def slapd() -> Iterator[Slapd]:
    server = Slapd(ENTRIES)
    server.start()
    yield server
    server.discard()


@pytest.fixture
def before_slapd(slapd, tmp_path, receiving_postfix, start_gateway) -> Gateway:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    directory = {
        "type": "ldap",
        "urls": [slapd.url],
        "base": [UNIT, OTHER],
        "bind_dn": READER,
        "password_file": str(password),
        "allow_plaintext": True,
        "timeout": "5s",
        "connect_timeout": "2s",
    }
    gateway = start_gateway(backend=receiving_postfix.port, settings=asking(directory))
    gateway.wait_for_records(event="serving", seconds=60)
    return gateway


def test_openldap_says_who_exists_below_either_base(before_slapd):
    assert codes(
        before_slapd, "bob@example.test", "Robert@example.test", "zoe@example.test", "nobody@example.test"
    ) == [
        "250 2.1.5",
        "250 2.1.5",
        "250 2.1.5",
        "550 5.1.1",
    ]


def test_mail_to_an_alias_arrives(before_slapd, receiving_postfix):
    with smtplib.SMTP(HOST, before_slapd.port, local_hostname="client.sender.test", timeout=60) as client:
        client.sendmail("ann@sender.test", ["robert@example.test"], b"From: ann@sender.test\r\n\r\nx\r\n")
    assert receiving_postfix.mailbox.wait(1)[0].recipient == "robert@example.test"


def test_while_openldap_is_down_nobody_is_unknown_and_who_was_found_still_counts(before_slapd, slapd):
    outage = Outage(before_slapd, lambda n: f"p{n}@example.test", lambda n: f"nobody{n}@example.test")
    outage.wait_until_up()
    assert codes(before_slapd, "bob@example.test") == ["250 2.1.5"]
    slapd.process.kill()
    slapd.stop()
    for _ in range(8):  # also once nobody waits for it any more
        assert outage.ask() == ("451", "451")
    assert codes(before_slapd, "bob@example.test") == ["250 2.1.5"]
    slapd.start()
    outage.wait_until_up()


def stands_still(pid: int) -> bool:
    """Every thread of it: one that was at work on another processor does not stop at once (proc(5))."""
    states = [task.joinpath("stat").read_text().rpartition(")")[2].split()[0] for task in tasks_of(pid)]
    return all(state == "T" for state in states)


def tasks_of(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").iterdir())


def test_a_mute_openldap_is_an_outage_too(before_slapd, slapd):
    """It has accepted the connection, and says nothing (a stopped process)."""
    outage = Outage(before_slapd, lambda n: f"p{n}@example.test", lambda n: f"nobody{n}@example.test")
    outage.wait_until_up()
    os.kill(slapd.process.pid, signal.SIGSTOP)
    wait_until(lambda: stands_still(slapd.process.pid), seconds=10, what="it stands still")
    try:
        assert outage.ask() == ("451", "451")
    finally:
        os.kill(slapd.process.pid, signal.SIGCONT)
    outage.wait_until_up()


def test_the_directorys_own_process_is_started_again(before_slapd):
    outage = Outage(before_slapd, lambda n: f"p{n}@example.test", lambda n: f"nobody{n}@example.test")
    outage.wait_until_up()
    (process,) = before_slapd.records(event="process started", process="directory.asked")
    os.kill(process["id"], signal.SIGKILL)
    before_slapd.wait_for_records(2, event="process started", process="directory.asked", seconds=60)
    outage.wait_until_up()


# ── Active Directory ─────────────────────────────────────────────────────────


def entry(name: str, kind: str, *lines: str) -> str:
    return "\n".join([f"dn: CN={name},{STAFF}", f"objectClass: {kind}", *lines]) + "\n"


# 512: an account; 514: a disabled one; 32: it needs no password.
AD_ENTRIES = [
    f"dn: {STAFF}\nobjectClass: organizationalUnit\nou: Staff\n",
    entry(
        "ann",
        "user",
        "sAMAccountName: ann",
        f"userAccountControl: {512 + 32}",
        "proxyAddresses: SMTP:ann.arbor@example.test",
        "proxyAddresses: smtp:ann@example.test",
        "proxyAddresses: X500:/o=Example/cn=ann",
    ),
    entry(
        "shared",
        "user",
        "sAMAccountName: shared",
        f"userAccountControl: {514 + 32}",
        "proxyAddresses: SMTP:info@example.test",
    ),
    entry("Sales", "group", "sAMAccountName: Sales", "proxyAddresses: SMTP:sales@example.test"),
    *(entry(f"c{n}", "contact", f"proxyAddresses: SMTP:c{n}@example.test") for n in range(MANY)),
]


@pytest.fixture
def domain(authority) -> Iterator[SambaAd]:
    controller = SambaAd(issue=authority.issue)
    try:
        controller.add(AD_ENTRIES)
        controller.start()
        yield controller
    finally:
        controller.stop()


def test_active_directory_says_who_exists_and_is_missed_and_found_again(
    domain, authority, tmp_path, receiving_postfix, start_gateway
):
    """One test, since making a domain takes ten seconds."""
    password = tmp_path / "password"
    password.write_text(AD_PASSWORD)
    directory = {
        "type": "ldap",
        "urls": [f"ldaps://{domain.host}"],
        "base": BASE,
        "bind_dn": ADMINISTRATOR,
        "password_file": str(password),
        "ca_file": str(authority.path),
        "timeout": "8s",
        "connect_timeout": "5s",
    }
    gateway = start_gateway(backend=receiving_postfix.port, settings=asking(directory))
    gateway.wait_for_records(event="serving", seconds=60)
    there = ["ann.arbor@example.test", "ANN@example.test", "info@example.test", "sales@example.test"]
    assert codes(gateway, *there) == ["250 2.1.5"] * 4
    assert codes(gateway, "nobody@example.test", "shared@example.test", "*@example.test") == ["550 5.1.1"] * 3
    outage = Outage(gateway, lambda n: f"c{n}@example.test", lambda n: f"nobody{n}@example.test")
    outage.wait_until_up()
    domain.process.kill()
    domain.process.wait()
    assert outage.ask() == ("451", "451")
    domain.start()
    outage.wait_until_up()


# ── the mail server itself ───────────────────────────────────────────────────


def test_postfix_is_asked_by_callout_and_is_missed_and_found_again(start_postfix, start_gateway):
    known = [f"p{n}@example.test" for n in range(MANY)]
    postfix: ReceivingPostfix = start_postfix(recipients=known)
    settings = asking({"type": "callout", "backend": "mail"})
    gateway = start_gateway(backend=postfix.port, settings=settings)
    gateway.wait_for_records(event="serving", seconds=60)
    outage = Outage(gateway, lambda n: known[n], lambda n: f"nobody{n}@example.test")
    assert codes(gateway, known[0], "nobody@example.test") == ["250 2.1.5", "550 5.1.1"]
    outage.wait_until_up()
    postfix.halt()
    assert outage.ask() == ("451", "451")
    assert codes(gateway, known[0]) == ["250 2.1.5"], "he was found before"
    postfix.start()
    outage.wait_until_up()
    assert not len(postfix.mailbox), "nothing was sent for it"
