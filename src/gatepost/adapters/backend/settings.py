"""What can be set of one mail server behind the gateway: `[backends.<name>]`."""

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from gatepost.syntax.units import Duration

SMTP_PORT = 25
HIGHEST_PORT = 65_535


class HostPort(NamedTuple):
    """Where one host listens; `str()` as it is configured, logged and shown in traces."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def host_port(value: object) -> HostPort:
    """`mail.example.com:25`, `192.0.2.1`, `[2001:db8::1]:25`; port 25 where none is given."""
    if isinstance(value, HostPort):
        return value
    if not isinstance(value, str):
        raise ValueError('takes a string such as "10.0.0.5:25" or "[2001:db8::5]:25"')
    host, port = (value, "") if value.endswith("]") else split_port(value)
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f'"{value}": an IPv6 address stands in brackets, as in "[2001:db8::5]:25"')
    if not host or not host.isascii() or not host.isprintable() or any(c in host for c in " /[]@"):
        raise ValueError(f'"{value}" names no host: write one such as "mail.example.com:25" or "10.0.0.5:25"')
    if port and not (port.isascii() and port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        raise ValueError(f'"{value}": "{port}" is no port, write a number from 1 to {HIGHEST_PORT}')
    return HostPort(host, int(port or SMTP_PORT))


def split_port(value: str) -> tuple[str, str]:
    host, colon, port = value.rpartition(":")
    return (host, port or "none") if colon else (value, "")


Host = Annotated[HostPort, PlainValidator(host_port), PlainSerializer(str)]


class ClientCertificate(BaseModel):
    """The certificate by which the mail server knows the gateway (Microsoft 365 connectors ask for one)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    certificate: Path = Field(description="PEM file with the certificate and its chain.")
    key: Path = Field(description="PEM file with its private key, without a passphrase.")


class BackendSettings(BaseModel):
    """Section `[backends.<name>]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hosts: tuple[Host, ...] = Field(
        min_length=1,
        description="Hosts as `host:port`, an IPv6 address in brackets; the first healthy one is used.",
    )
    tls: Literal["off", "opportunistic", "required"] = Field(
        "opportunistic",
        description="`off`: never; `opportunistic`: where offered, unverified, else in clear; "
        "`required`: with a verified certificate, or no delivery.",
    )
    client_certificate: ClientCertificate | None = Field(
        None, description="Shown to the mail server in the TLS handshake; none by default."
    )
    ca_file: Path | None = Field(
        None, description="PEM file of the authorities trusted where TLS is required; default: the system's."
    )
    server_name: str | None = Field(
        None, min_length=1, description="Name the server's certificate must hold; default: the host as configured."
    )
    connections: int = Field(50, ge=1, le=10_000, description="Most connections at once, per worker.")
    messages_per_connection: int = Field(100, ge=1, description="Messages sent over one connection, then it is closed.")
    connect_timeout: Duration = Field(
        10.0, gt=0, description="Time for a TCP connection; likewise for a TLS handshake."
    )
    command_timeout: Duration = Field(60.0, gt=0, description="Time for the reply to a command or the greeting.")
    data_timeout: Duration = Field(60.0, gt=0, description="Time in which the server must take a block of content.")
    final_timeout: Duration = Field(
        300.0, gt=0, description="Time for the reply to the final dot; RFC 5321 §4.5.3.2.6 has 10 minutes."
    )
    idle_timeout: Duration = Field(60.0, gt=0, description="Idle time after which a connection is closed.")
    wait_timeout: Duration = Field(
        30.0, gt=0, description="Time a message waits for a free connection before its client is asked to come back."
    )
