"""A directory that never changes for all tests of the package, and the process that asks it."""

import asyncio
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.gateway.clock import SystemClock
from tests.servers.slapd import PASSWORD, READER, SUFFIX, Slapd

if os.environ.get("CI") != "true":
    pytest.importorskip("ldap", reason="needs python-ldap: pip install 'gatepost[ldap]'")


def pytest_asyncio_loop_factories():
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


PEOPLE = f"ou=people,{SUFFIX}"
SALES = f"cn=Sales,{SUFFIX}"
MANY = 3001


def person(uid: str, *lines: str, unit: str = PEOPLE) -> str:
    """`lines`: further classes first, as slapadd wants them together."""
    head = [f"dn: uid={uid},{unit}", "objectClass: inetOrgPerson"]
    return "\n".join([*head, *lines, f"uid: {uid}", f"cn: {uid}", f"sn: {uid}"]) + "\n"


def unit(name: str) -> str:
    return f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n"


ENTRIES = [
    unit("people"),
    unit("many"),
    person("ann", f"memberOf: {SALES}", "mail: ann@example.test", "mail: ann.other@example.test"),
    person(
        "bob",
        "objectClass: mailRecipient",
        f"memberOf: {SALES}",
        "mail: bob@example.test",
        "proxyAddresses: smtp:robert@example.test",
        "proxyAddresses: SMTP:bob@example.test",
        "proxyAddresses: X500:/o=Example/cn=bob",
    ),
    person("odd", "mail: o(d)*d\\@example.test"),
    person("ux", "objectClass: posixAccount", "uidNumber: 1", "gidNumber: 1", "homeDirectory: /"),
    f"dn: {SALES}\nobjectClass: groupOfNames\ncn: Sales\nmember: uid=bob,{PEOPLE}\nmember: uid=ann,{PEOPLE}\n",
    *(person(f"m{n}", f"mail: m{n}@many.test", unit=f"ou=many,{SUFFIX}") for n in range(MANY)),
]


@pytest.fixture(scope="session")
def running_slapd(authority) -> Iterator[Slapd]:
    server = Slapd(ENTRIES, tls=authority.issue("127.0.0.1"))
    server.start()
    yield server
    server.discard()


@pytest.fixture
def slapd(running_slapd: Slapd) -> Slapd:
    """With `ENTRIES`; over TLS too. Only read by tests."""
    return running_slapd


@pytest.fixture
def start_slapd() -> Iterator[Callable[..., Slapd]]:
    """Starts one more, with the arguments of `Slapd`."""
    started: list[Slapd] = []

    def start(*entries: str, **arguments: Any) -> Slapd:
        server = Slapd(entries, **arguments)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.discard()


@pytest.fixture
def settings(tmp_path: Path, authority) -> Callable[..., LdapSettings]:
    """Settings for the reader of `Slapd`, in tests' patience; any can be given otherwise."""
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")

    def make(*urls: str, **others: Any) -> LdapSettings:
        values: dict[str, Any] = {
            "urls": list(urls),
            "base": SUFFIX,
            "bind_dn": READER,
            "password_file": password,
            "schema": "posix",
            "ca_file": authority.path,
            "timeout": 2.0,
            "connect_timeout": 0.4,
        }
        return LdapSettings(**values | others)

    return make


class Served:
    """A directory's process, as the supervisor runs it: the listening socket outlives it."""

    def __init__(self, path: Path, settings: LdapSettings) -> None:
        self.path, self.settings = path, settings
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self.start()

    def start(self) -> None:
        from gatepost.adapters.directory_ldap.process import serve

        forked = multiprocessing.get_context("fork")
        self.process = forked.Process(target=serve, args=(self.listener, self.settings, SystemClock()), daemon=True)
        self.process.start()

    def kill(self) -> None:
        self.process.kill()
        self.process.join(5)

    def stop(self) -> None:
        self.kill()
        self.listener.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[LdapSettings], Served]]:
    """Starts a directory's process."""
    started: list[Served] = []

    def start(settings: LdapSettings) -> Served:
        served = Served(tmp_path / f"directory-{len(started)}.sock", settings)
        started.append(served)
        return served

    yield start
    for served in started:
        served.stop()
