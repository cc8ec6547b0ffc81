"""What can be set of one spam engine that gives a second opinion: `[engines.<name>]`."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, field_validator, model_validator

from gatepost.adapters.engines.settings import MIB, MOST_ADDRESSES, UNIX, EngineAddress, host_and_port, unix_path
from gatepost.syntax.units import Duration, Size

RSPAMD_PORT = 11333
SPAMD_PORT = 783
LONGEST = 15.0  # seconds: what is said later is of no use, see the time limit of the check
SPAMC_LIMIT = 512_000  # octets; what spamc sends at most by default (spamc(1), -s)
RSPAMD_PLACE, SPAMD_PLACE = '"http://127.0.0.1:11333"', '"127.0.0.1:783"'
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}")
PASSWORD_LIMIT = 1024  # octets
PASSWORD = re.compile(rb"[!-~](?:[ -~]*[!-~])?")


class WebAddress(EngineAddress):
    """The same; `str()` is its URL where it is no Unix socket."""

    __slots__ = ()

    def __str__(self) -> str:
        return UNIX + self.path if self.path else f"http://{EngineAddress.__str__(self)}"


def web_address(value: object) -> EngineAddress:
    """`http://127.0.0.1:11333` or `unix:/run/rspamd/worker-normal.sock`; port 11333 by default."""
    if isinstance(value, EngineAddress):
        return value
    if not isinstance(value, str):
        raise ValueError(f"takes a string such as {RSPAMD_PLACE}")
    if value.startswith((UNIX, "/")):
        return WebAddress(unix_path(value, "/run/rspamd/normal.sock"), "", 0)
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError(f'"{value}" is no URL: write one such as {RSPAMD_PLACE}') from None
    if parts.scheme == "https":
        raise ValueError(f'"{value}": TLS is not spoken here; write {RSPAMD_PLACE}, or go through a tunnel')
    if parts.scheme != "http" or "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f'"{value}" is no address of rspamd: write one such as {RSPAMD_PLACE}, with nothing behind it')
    host, port = host_and_port(parts.netloc, RSPAMD_PORT)
    return WebAddress("", host, port)


def spamd_address(value: object) -> EngineAddress:
    """`127.0.0.1:783`, `[::1]`, `unix:/run/spamd.sock`; port 783 by default."""
    if isinstance(value, EngineAddress):
        return value
    if not isinstance(value, str):
        raise ValueError(f"takes a string such as {SPAMD_PLACE}")
    if value.startswith((UNIX, "/")):
        return EngineAddress(unix_path(value, "/run/spamd.sock"), "", 0)
    host, port = host_and_port(value, SPAMD_PORT)
    return EngineAddress("", host, port)


RspamdAddress = Annotated[EngineAddress, PlainValidator(web_address), PlainSerializer(str)]
SpamdAddress = Annotated[EngineAddress, PlainValidator(spamd_address), PlainSerializer(str)]


class OpinionSettings(BaseModel):
    """What every spam engine has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timeout: Duration = Field(
        8.0, gt=0, le=LONGEST, description="Longest time until it has answered, waiting for its turn included."
    )
    connect_timeout: Duration = Field(2.0, gt=0, le=LONGEST, description="Time for a connection.")
    max_size: Size = Field(4 * MIB, ge=1024, description="Largest message that it is asked about.")
    concurrency: int = Field(
        16, ge=1, le=1000, description="Messages that it is asked about at once, by each worker; further ones wait."
    )


class RspamdSettings(OpinionSettings):
    """Section `[engines.<name>]` with `type = "rspamd"`."""

    type: Literal["rspamd"] = Field("rspamd", description="rspamd; its worker `normal` is asked, by HTTP.")
    address: RspamdAddress | None = Field(
        None,
        description="Where its worker `normal` listens: `http://host:port` or `unix:PATH`.",
        examples=["http://127.0.0.1:11333"],
    )
    addresses: tuple[RspamdAddress, ...] = Field(
        (), max_length=MOST_ADDRESSES, description="The same for several of them, asked in this order."
    )
    password_file: Path | None = Field(None, description="File with the password that it wants, one line.")

    @model_validator(mode="after")
    def has_one(self) -> "RspamdSettings":
        if (self.address is None) == (not self.addresses):
            raise ValueError(f"needs address = {RSPAMD_PLACE}, or addresses = [...] for several of them")
        return self

    @property
    def places(self) -> tuple[EngineAddress, ...]:
        return self.addresses if self.address is None else (self.address,)

    def read_password(self) -> bytes:
        """The password; b"" for none. ValueError or OSError say what is wrong with the file."""
        if self.password_file is None:
            return b""
        with self.password_file.open("rb") as file:
            octets = file.read(PASSWORD_LIMIT + 1).rstrip(b"\r\n")
        if len(octets) > PASSWORD_LIMIT or not PASSWORD.fullmatch(octets):
            raise ValueError(f"{self.password_file} is no password: it takes one line of printable ASCII")
        return octets


class SpamdSettings(OpinionSettings):
    """Section `[engines.<name>]` with `type = "spamassassin"`."""

    type: Literal["spamassassin"] = Field("spamassassin", description="spamd, the daemon of SpamAssassin.")
    address: SpamdAddress | None = Field(
        None, description="Where it listens: `host:port` or `unix:PATH`.", examples=["127.0.0.1:783"]
    )
    addresses: tuple[SpamdAddress, ...] = Field(
        (), max_length=MOST_ADDRESSES, description="The same for several of them, asked in this order."
    )
    user: str = Field("", description="Whose preferences and Bayes it uses; without, those of the user it runs as.")
    max_size: Size = Field(
        SPAMC_LIMIT, ge=1024, description="Largest message that it is asked about: it is slow with large ones."
    )
    concurrency: int = Field(
        4,
        ge=1,
        le=1000,
        description="Messages that it is asked about at once, by each worker; further ones wait. All workers together "
        "no more than spamd has children (`--max-children`, 5 by default).",
    )

    @field_validator("user")
    @classmethod
    def is_a_name(cls, value: str) -> str:
        if value and not USER.fullmatch(value):
            raise ValueError(f'"{value}" is no name of a user: up to 100 letters, digits and any of _.@+-')
        return value

    @model_validator(mode="after")
    def has_one(self) -> "SpamdSettings":
        if (self.address is None) == (not self.addresses):
            raise ValueError(f"needs address = {SPAMD_PLACE}, or addresses = [...] for several of them")
        return self

    @property
    def places(self) -> tuple[EngineAddress, ...]:
        return self.addresses if self.address is None else (self.address,)
