"""What can be set of one antivirus engine: `[engines.<name>]`."""

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, field_validator, model_validator

from gatepost.syntax.units import Duration, Size

CLAMD_PORT = 3310
ICAP_PORT = 1344
HIGHEST_PORT = 65_535
MOST_ADDRESSES = 8
MIB = 1024**2
UNIX = "unix:"
UNIX_PATH_LIMIT = 107  # octets (unix(7))
HOST = re.compile(r"[A-Za-z0-9:._-]{1,255}")
ICAP_PATH = re.compile(r"/[A-Za-z0-9/._~?&=%+-]{0,255}")
FILE = "{file}"  # stands for the path of a file among the arguments of a program


class EngineAddress(NamedTuple):
    """A Unix socket (`path`) or a host and port; `str()` as configured."""

    path: str
    host: str
    port: int

    def __str__(self) -> str:
        if self.path:
            return UNIX + self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def engine_address(value: object) -> EngineAddress:
    """`unix:/run/clamav/clamd.ctl`, `127.0.0.1:3310`, `[::1]:3310`, `clamd.example.com`; port 3310 by default."""
    if isinstance(value, EngineAddress):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a string such as "unix:/run/clamav/clamd.ctl" or "10.0.0.7:3310"')
    if value.startswith((UNIX, "/")):
        return EngineAddress(unix_path(value, "/run/clamav/clamd.ctl"), "", 0)
    host, port = host_and_port(value, CLAMD_PORT)
    return EngineAddress("", host, port)


def unix_path(value: str, example: str) -> str:
    """Of `unix:PATH`, or of a path alone. Raises ValueError, which says what would be right."""
    path = value.removeprefix(UNIX)
    if not path.startswith("/") or "\0" in path or len(path.encode("utf-8", "replace")) > UNIX_PATH_LIMIT:
        raise ValueError(f'"{value}" is no Unix socket: write one such as "{UNIX}{example}"')
    return path


def host_and_port(value: str, default: int) -> tuple[str, int]:
    """Raises ValueError, which says what would be right."""
    host, port = (value, "") if value.endswith("]") or ":" not in value else split_port(value)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f'"{value}": an IPv6 address stands in brackets, as in "[2001:db8::5]:{default}"')
    if not HOST.fullmatch(host):
        raise ValueError(f'"{value}" names no host: write one such as "10.0.0.7:{default}"')
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError(f'"{value}": "{port}" is no port, write a number from 1 to {HIGHEST_PORT}')
    return host, int(port or default)


def split_port(value: str) -> tuple[str, str]:
    host, _, port = value.rpartition(":")
    return host, port or "none"


class IcapService(NamedTuple):
    """One service of one ICAP server; `str()` is its URI as configured."""

    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"icap://{host}:{self.port}{self.path}"


def icap_service(value: object) -> IcapService:
    """`icap://127.0.0.1:1344/avscan`; port 1344 by default."""
    if isinstance(value, IcapService):
        return value
    example = '"icap://127.0.0.1:1344/avscan"'
    if not isinstance(value, str):
        raise ValueError(f"takes a string such as {example}")
    try:
        parts = urlsplit(value)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
    except ValueError:
        raise ValueError(f'"{value}" is no address of a service: write one such as {example}') from None
    if parts.scheme != "icap" or not ICAP_PATH.fullmatch(path or "/") or parts.fragment or "@" in parts.netloc:
        raise ValueError(f'"{value}" is no address of a service: write one such as {example}')
    host, port = host_and_port(parts.netloc, ICAP_PORT)
    return IcapService(host, port, path or "/")


Address = Annotated[EngineAddress, PlainValidator(engine_address), PlainSerializer(str)]
Service = Annotated[IcapService, PlainValidator(icap_service), PlainSerializer(str)]


class EngineSettings(BaseModel):
    """What every engine that is asked has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: bool = Field(
        True,
        description="Whether mail waits for this engine: when it gives no answer, the client is to come back. `false`: "
        "it passes, if the other engines have no objection.",
    )
    timeout: Duration = Field(
        60.0, gt=0, le=600,
        description="Longest time of one scan. A client hears a temporary failure before that, and finds the verdict "
        "when it comes back.",
    )  # fmt: skip
    max_size: Size = Field(
        25 * MIB, ge=1024,
        description="Largest message that is sent to it, a larger one is unscannable. Not more than the engine itself "
        "looks at (clamd: MaxFileSize, MaxScanSize, StreamMaxLength), or what it skips would pass for clean.",
    )  # fmt: skip


class ReachedSettings(EngineSettings):
    """What every engine that is reached over a socket has."""

    connect_timeout: Duration = Field(5.0, gt=0, le=60, description="Time for a connection.")


class ClamdSettings(ReachedSettings):
    """Section `[engines.<name>]` with `type = "clamd"`."""

    type: Literal["clamd"] = Field("clamd", description="clamd, the daemon of ClamAV.")
    address: Address | None = Field(
        None,
        description="Where it listens: `unix:PATH` or `host:port`. On a Unix socket it is given the open file, else "
        "the octets.",
        examples=["unix:/run/clamav/clamd.ctl"],
    )
    addresses: tuple[Address, ...] = Field(
        (), max_length=MOST_ADDRESSES, description="The same for several of them, asked in this order."
    )

    @model_validator(mode="after")
    def has_one(self) -> "ClamdSettings":
        if (self.address is None) == (not self.addresses):
            raise ValueError('needs address = "unix:/run/clamav/clamd.ctl", or addresses = [...] for several of them')
        return self

    @property
    def places(self) -> tuple[EngineAddress, ...]:
        return self.addresses if self.address is None else (self.address,)


class IcapSettings(ReachedSettings):
    """Section `[engines.<name>]` with `type = "icap"`."""

    type: Literal["icap"] = Field("icap", description="A scanner behind an ICAP server (RFC 3507).")
    address: Service | None = Field(
        None, description="The service, as `icap://host:port/service`.", examples=["icap://127.0.0.1:1344/avscan"]
    )
    addresses: tuple[Service, ...] = Field(
        (), max_length=MOST_ADDRESSES, description="The same for several of them, asked in this order."
    )
    method: Literal["respmod", "reqmod"] = Field(
        "respmod", description="Which of the two services it is: mail goes as a download (RESPMOD) or an upload."
    )
    preview: Size = Field(
        64 * 1024, ge=0, le=MIB,
        description="Octets that are sent before the server says whether it wants the rest, at most as many as it "
        "wants; 0 = none.",
    )  # fmt: skip

    @model_validator(mode="after")
    def has_one(self) -> "IcapSettings":
        if (self.address is None) == (not self.addresses):
            raise ValueError('needs address = "icap://127.0.0.1:1344/avscan", or addresses = [...] for several')
        return self

    @property
    def places(self) -> tuple[IcapService, ...]:
        return self.addresses if self.address is None else (self.address,)


class YaraSettings(BaseModel):
    """Section `[engines.<name>]` with `type = "yara"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["yara"] = Field(
        "yara", description="YARA rules of your own, matched against all that a message holds."
    )
    directories: tuple[str, ...] = Field(
        min_length=1,
        max_length=MOST_ADDRESSES,
        description="Directories with rules, in files `*.yar` and `*.yara`; read again when one of them changes.",
        examples=[["/etc/gatepost/yara"]],
    )

    @field_validator("directories")
    @classmethod
    def are_full_paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for path in value:
            if not path.startswith("/") or "\0" in path:
                raise ValueError(f'"{path}" is no full path: write one such as "/etc/gatepost/yara"')
        return value

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(map(Path, self.directories))


class CommandSettings(EngineSettings):
    """Section `[engines.<name>]` with `type = "command"`."""

    type: Literal["command"] = Field("command", description="A program of yours.")
    command: tuple[str, ...] = Field(
        min_length=1,
        max_length=64,
        description="Path of the program and its arguments; there is no shell. It reads the message from its standard "
        "input, or from the file whose path stands for an argument `{file}`.",
        examples=[["/usr/local/bin/scan", "{file}"]],
    )
    infected: tuple[int, ...] = Field(
        (1,),
        min_length=1,
        description="Exit codes that mean malware; the first line that it prints is the name. 0 means none, every "
        "other code means that there is no answer.",
    )
    unscannable: tuple[int, ...] = Field((), description="Exit codes that mean that it could not look into it.")

    @field_validator("command")
    @classmethod
    def is_a_path(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value[0].startswith("/"):
            raise ValueError(f'"{value[0]}" is no full path: nobody looks for programs here')
        if any("\0" in argument for argument in value):
            raise ValueError("an argument contains NUL")
        return value

    @model_validator(mode="after")
    def codes_differ(self) -> "CommandSettings":
        both = {*self.infected} & {*self.unscannable}
        if 0 in (*self.infected, *self.unscannable) or both:
            raise ValueError("an exit code means one thing, and 0 that nothing was found")
        return self
