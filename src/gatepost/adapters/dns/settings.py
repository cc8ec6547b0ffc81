"""What can be set of name resolution: `[dns]`."""

from ipaddress import ip_address
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from gatepost.syntax.units import Duration, Size

DNS_PORT = 53
HIGHEST_PORT = 65_535
MOST_SERVERS = 8


class ServerAddress(NamedTuple):
    """Where a resolver listens, by UDP and TCP: an IP address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def server_address(value: object) -> ServerAddress:
    """`127.0.0.1`, `10.0.0.1:5353`, `2001:db8::53` or `[2001:db8::53]:5353`; port 53 where none is given."""
    if isinstance(value, ServerAddress):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a string such as "127.0.0.1", "10.0.0.1:5353" or "[2001:db8::53]:53"')
    host, port = split_port(value)
    try:
        address = ip_address(host)
    except ValueError:
        raise ValueError(
            f'"{value}" is no IP address with or without a port: write one such as "127.0.0.1", "10.0.0.1:5353" or '
            '"[2001:db8::53]:53"'
        ) from None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError(f'"{value}": "{port}" is no port, write a number from 1 to {HIGHEST_PORT}')
    return ServerAddress(str(address), int(port))


def split_port(value: str) -> tuple[str, str]:
    """Host and port. A colon alone is before a port; more of them are an IPv6 address, with a port in brackets."""
    if value.startswith("[") and value.endswith("]"):
        return value[1:-1], str(DNS_PORT)
    if value.startswith("[") and "]:" in value:
        host, _, port = value[1:].partition("]:")
        return host, port
    if value.count(":") == 1:
        host, _, port = value.partition(":")
        return host, port
    return value, str(DNS_PORT)


Server = Annotated[ServerAddress, PlainValidator(server_address), PlainSerializer(str)]


class DnsSettings(BaseModel):
    """Section `[dns]`: the resolvers that are asked, and for how long their answers are remembered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    servers: tuple[Server, ...] = Field(
        (),
        max_length=MOST_SERVERS,
        description="Recursive resolvers, asked in this order: `address` or `address:port`, IPv6 with a port in "
        "brackets. One on this machine that validates DNSSEC is best. Default: those of `/etc/resolv.conf`.",
        examples=[["127.0.0.1"]],
    )
    timeout: Duration = Field(
        1.5,
        gt=0,
        le=30,
        description="Time after which a question without answer is asked again, of the next server; twice as long once "
        "all were asked, less once it is known how fast they are.",
    )
    tries: int = Field(3, ge=1, le=10, description="How many times a server is asked one question, within `deadline`.")
    deadline: Duration = Field(5.0, gt=0, le=30, description="Longest time of one look-up, all tries together.")
    min_ttl: Duration = Field(5.0, ge=0, le=300, description="Answers are remembered at least this long.")
    max_ttl: Duration = Field(3600.0, ge=0, le=86_400, description="Answers are remembered no longer than this.")
    negative_ttl: Duration = Field(60.0, ge=0, le=86_400, description='How long "there is none" is remembered.')
    failure_ttl: Duration = Field(
        3.0, ge=0, le=60, description="How long it is remembered that a look-up failed; until then it is not repeated."
    )
    cache_entries: int = Field(
        10_000, ge=10, le=1_000_000,
        description="Answers that each worker remembers, of each of five types of record; the longest unused go first.",
    )  # fmt: skip
    cache_memory: Size = Field(
        8 * 1024**2, ge=64 * 1024, description="Memory for them in each worker, for each of the five types."
    )

    @model_validator(mode="after")
    def fits_together(self) -> "DnsSettings":
        if self.min_ttl > self.max_ttl:
            raise ValueError("min_ttl is longer than max_ttl: nothing could be remembered for both")
        if self.timeout > self.deadline:
            raise ValueError("timeout is longer than deadline: no question would be asked twice")
        return self
