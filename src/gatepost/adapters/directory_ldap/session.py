"""What does one server answer, asked through python-ldap over one connection (RFC 4511, RFC 2696)?

The only module that names the driver, imported only where it is installed. Every call has a time limit.
"""

from collections.abc import Iterator, Sequence

import ldap
from ldap.controls.libldap import SimplePagedResultsControl
from ldap.ldapobject import SimpleLDAPObject

from gatepost.adapters.directory_ldap.dial import Dialler
from gatepost.adapters.directory_ldap.query import MEMBER_OF, Entry, Schema
from gatepost.adapters.directory_ldap.settings import LdapSettings, Url
from gatepost.ports.unavailable import Unavailable

MATCH_LIMIT = 20  # entries with one address: more is no answer but a wrong filter
PAGE_PATIENCE = 60.0  # seconds for one page


class Refused(Unavailable):
    """The account or its password is not accepted. Not tried again soon: accounts get locked."""


class Disconnected(Unavailable):
    """The connection is gone; a new one may do better."""


class Slow(Unavailable):
    """No answer in time."""


class Complaint(Unavailable):
    """The server answers, but not this question; says nothing about others, which a client may not spoil."""


class Session:
    """One connection, logged in. Used by one thread at a time."""

    def __init__(self, settings: LdapSettings, dialler: Dialler, url: Url, password: str) -> None:
        """Raises `Unavailable`, `Refused` where the login failed."""
        self.settings, self.url = settings, url
        self.schema: Schema = settings.schema_in_use()
        self.attributes = [*self.schema.attributes, *([MEMBER_OF] if settings.groups != "off" else [])]
        self.connection = SimpleLDAPObject("ldap://server", fileno=dialler.dial(url))
        try:
            self.connection.protocol_version = ldap.VERSION3
            self.connection.set_option(ldap.OPT_REFERRALS, 0)  # to be followed only to servers that are configured
            self.log_in(password)
        except BaseException:
            self.close()
            raise

    def log_in(self, password: str) -> None:
        if not self.settings.bind_dn:
            return
        if not (self.settings.is_encrypted(self.url) or self.settings.allow_plaintext):
            raise Refused(f"{self.url}: the password is not sent in clear")
        try:
            message = self.connection.simple_bind(self.settings.bind_dn, password)
            self.connection.result4(message, 1, self.settings.connect_timeout)
        except ldap.LDAPError as error:
            reason = self.unavailable(error)
            raise Unavailable(str(reason)) if isinstance(reason, Complaint) else reason from error

    def close(self) -> None:
        try:
            self.connection.unbind_ext()
        except ldap.LDAPError:  # it was gone already
            return

    def find(self, local: str, domain: str, limit: float) -> Entry | None:
        """The first entry that has the address; waits `limit` seconds at most for each base. Raises `Unavailable`."""
        text = self.schema.filter_for(local, domain)
        for base in self.settings.base:
            try:
                message = self.connection.search_ext(
                    base, ldap.SCOPE_SUBTREE, text, self.attributes, timeout=int(limit) + 1, sizelimit=MATCH_LIMIT
                )
                results = self.connection.result4(message, 1, limit)[1]
            except ldap.LDAPError as error:
                raise self.unavailable(error) from error
            for entry in entries(results):
                return entry
        return None

    def everybody(self) -> Iterator[Entry]:
        """All entries, a page at a time. Raises `Unavailable`: then there may be more of them."""
        for base in self.settings.base:
            cookie = b""
            while True:
                results, cookie = self.page(base, cookie)
                yield from entries(results)
                if not cookie:
                    break

    def page(self, base: str, cookie: bytes) -> tuple[object, bytes]:
        """One page and what to ask for the next with; b"" after the last."""
        paging = SimplePagedResultsControl(True, self.settings.page_size, cookie)
        text = self.schema.filter_for_all()
        try:
            message = self.connection.search_ext(base, ldap.SCOPE_SUBTREE, text, self.attributes, serverctrls=[paging])
            _, results, _, controls, *_ = self.connection.result4(message, 1, PAGE_PATIENCE)
        except ldap.LDAPError as error:
            raise self.unavailable(error) from error
        answer = next((c for c in controls if c.controlType == SimplePagedResultsControl.controlType), None)
        if answer is None:
            raise Complaint(f"{self.url}: does not list by pages (RFC 2696)")
        return results, bytes(answer.cookie or b"")

    def unavailable(self, error: ldap.LDAPError) -> Unavailable:
        """In words, with what the server said, never with what it was told."""
        details = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        said = ", ".join(str(details[key]) for key in ("desc", "info") if details.get(key))
        text = f"{self.url}: {ascii(said or type(error).__name__)[1:300]}".rstrip("'")
        match error:
            case ldap.TIMEOUT():
                return Slow(f"{self.url}: no answer in time")
            case ldap.SERVER_DOWN() | ldap.CONNECT_ERROR():
                return Disconnected(text)
            case ldap.INVALID_CREDENTIALS():
                return Refused(text)
            case ldap.NO_SUCH_OBJECT():
                return Complaint(f"{self.url}: a base does not exist, or the account may not see it")
            case ldap.SIZELIMIT_EXCEEDED():
                return Complaint(f"{self.url}: more entries than the server gives, or than can have one address")
            case _:
                return Complaint(text)


def entries(results: object) -> Iterator[Entry]:
    """Without references to other servers, which have no name of their own."""
    for name, attributes, *_ in results if isinstance(results, Sequence) else ():
        if name is not None:
            yield {key.lower(): values for key, values in attributes.items()}
