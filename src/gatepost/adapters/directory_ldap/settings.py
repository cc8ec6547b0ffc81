"""What can be set of an LDAP directory: `[directories.<name>]` with `type = "ldap"` (RFC 4510, RFC 4513)."""

import importlib.util
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Struct
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from gatepost.adapters.directory_ldap.query import BadTemplate, Schema, schema
from gatepost.syntax.units import Duration

PORTS = {"ldap": 389, "ldaps": 636}
PASSWORD_LIMIT = 1024  # octets


class Url(Struct, frozen=True):
    """One server; `str()` as it is configured and logged."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")


def url(value: object) -> Url:
    """`ldaps://dc1.example.com`, `ldap://192.0.2.1:3268`, `ldaps://[2001:db8::1]`."""
    if isinstance(value, Url):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a string: write one such as "ldaps://dc1.example.com"')
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(f'"{value}" has a wrong host or port: write one such as "ldaps://dc1.example.com"') from None
    rest = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in PORTS or not parts.hostname or not value.isascii() or rest:
        raise ValueError(
            f'"{value}" is no address of a directory server: write "ldaps://" and the host, with ":3269" behind it '
            "for the global catalog; base, filter and password have keys of their own"
        )
    return Url(parts.scheme, parts.hostname, port or PORTS[parts.scheme])


def bases(value: object) -> object:
    """One base, or a list of them; a validator in between takes lists no more, unlike the file's reader."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Server = Annotated[Url, PlainValidator(url), PlainSerializer(str)]


class LdapSettings(BaseModel):
    """Section `[directories.<name>]` with `type = "ldap"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["ldap"] = Field("ldap", description="An LDAP server or Active Directory.")
    urls: tuple[Server, ...] = Field(
        min_length=1,
        description='Servers, tried in this order: "ldaps://dc1.example.com", or "ldap://…" with `starttls`. '
        "Port 3269 (3268 with `starttls`) of a domain controller is the global catalog: the whole forest.",
        examples=[["ldaps://dc1.example.com"]],
    )
    base: Annotated[tuple[str, ...], BeforeValidator(bases)] = Field(
        min_length=1,
        description='Where recipients are searched, with everything below; several in a list. "" in the global '
        "catalog is the whole forest.",
        examples=["dc=example,dc=com"],
    )
    bind_dn: str = Field("", description="Account that searches; needs to read only. Default: anonymous.")
    password_file: Path | None = Field(
        None, description="File with that account's password alone; read by the directory's own process only."
    )
    layout: str = Field(
        "active-directory",
        alias="schema",
        description='How recipients are stored: "active-directory" (proxyAddresses, else mail: users, groups, '
        'contacts, public folders, disabled accounts too), "posix" (mail, mailLocalAddress, '
        "mailAlternateAddress, else uid), or a filter of your own with {address}, or {local} and {domain}.",
    )
    address_attributes: tuple[str, ...] = Field(
        (), description="Attributes with a recipient's addresses, the primary first; default: as `schema` has them."
    )
    groups: Literal["names", "dns", "off"] = Field(
        "names", description="What policy sees of a recipient's memberOf: first components, whole names, or nothing."
    )
    starttls: bool = Field(False, description="Upgrade `ldap://` connections to TLS before anything else is said.")
    ca_file: Path | None = Field(
        None, description="PEM file of the authorities that sign the servers' certificates; default: the system's."
    )
    verify_certificate: bool = Field(
        True, description="Demand a valid certificate with the server's name. Without, anybody can play the directory."
    )
    allow_plaintext: bool = Field(
        False, description="Send the password over a connection without TLS. Only for a server on this machine."
    )
    timeout: Duration = Field(4.0, gt=0, le=60, description="Longest time one look-up may take, all servers together.")
    connect_timeout: Duration = Field(
        1.5, gt=0, le=30, description="Longest time for connection, TLS handshake and login at one server."
    )
    page_size: int = Field(500, ge=10, le=10_000, description="Entries asked for at a time when all are listed.")
    preload: Duration = Field(
        0.0,
        ge=0,
        description="List all recipients this often and answer from the list; who is not on it is still looked up. "
        "Known recipients then survive an outage of the directory. 0 = off.",
    )
    positive_ttl: Duration = Field(3600.0, ge=0, description="How long a recipient that was found is remembered.")
    negative_ttl: Duration = Field(300.0, ge=0, description="How long an unknown recipient is remembered.")
    keep_when_down: Duration = Field(
        86_400.0, ge=0, description="How much longer a recipient that was found counts while the directory is down."
    )
    cache_size: int = Field(
        20_000, ge=100, le=1_000_000, description="Recipients remembered by each worker; as many unknown ones."
    )

    @model_validator(mode="after")
    def fits_together(self) -> "LdapSettings":
        try:
            self.schema_in_use()
        except BadTemplate as error:
            raise ValueError(str(error)) from None
        if self.bind_dn and self.password_file is None:
            raise ValueError('bind_dn has no password: write password_file = "/etc/gatepost/ldap.password"')
        if self.password_file is not None and not self.bind_dn:
            raise ValueError("password_file is for nobody: write bind_dn, the account it belongs to")
        if self.starttls and any(server.scheme == "ldaps" for server in self.urls):
            raise ValueError(
                'starttls is for "ldap://" servers: write one kind only, "ldaps://" has TLS from the start'
            )
        if self.bind_dn and not (self.allow_plaintext or all(map(self.is_encrypted, self.urls))):
            raise ValueError(
                'the password would go over the network in clear: write "ldaps://" in urls, or starttls = true, '
                "or, for a server on this very machine, allow_plaintext = true"
            )
        return self

    def is_encrypted(self, server: Url) -> bool:
        return self.starttls or server.scheme == "ldaps"

    def schema_in_use(self) -> Schema:
        return schema(self.layout, self.address_attributes)

    def read_password(self) -> str:
        """The password; "" for the anonymous. ValueError or OSError say what is wrong with the file."""
        if self.password_file is None:
            return ""
        with self.password_file.open("rb") as file:
            octets = file.read(PASSWORD_LIMIT + 1).rstrip(b"\r\n")
        if not octets:  # a bind without a password "succeeds" as anonymous (RFC 4513 §5.1.2)
            raise ValueError(f"{self.password_file} is empty")
        if len(octets) > PASSWORD_LIMIT or b"\n" in octets or b"\0" in octets:
            raise ValueError(f"{self.password_file} is no password: it takes one line of text")
        try:
            return octets.decode()
        except UnicodeDecodeError:
            raise ValueError(f"{self.password_file} is not UTF-8") from None


def missing() -> str:
    """What is not installed and how it comes here; "" if all is there."""
    if importlib.util.find_spec("ldap") is not None:
        return ""
    return (
        "python-ldap is not installed: write `pip install 'gatepost[ldap]'`, which compiles it and needs Debian's "
        "packages libldap-dev, libsasl2-dev, python3-dev and gcc"
    )
