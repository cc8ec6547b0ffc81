"""Does the client, or the network around it, open connections too fast?

Asked at CONNECT, counted over all workers in a sliding minute. A client is an IPv4 address or an IPv6 /64 (within
it a host takes any address it likes, RFC 8981); a network is a /24 or a /48. The refusal is temporary (421,
RFC 5321 §3.8): a good client comes back. How many connections may be open at once is a limit of the listener, not
of this check.
"""

from pydantic import Field

from gatepost.model.check import NOTHING_FOUND, Check, Example, Report, Spec
from gatepost.model.check_settings import CheckSettings
from gatepost.model.client import client_of, network_of
from gatepost.model.finding import Finding, Kind
from gatepost.model.samples import connect
from gatepost.model.stage import ConnectStage
from gatepost.ports.counters import Counters

CLIENT = Kind("rate.client_exceeded", "The client opened more connections within a minute than one client may.")
NETWORK = Kind("rate.network_exceeded", "The client's network opened more connections within a minute than one may.")
WINDOW = 60.0  # seconds


class Config(CheckSettings):
    """Section `[checks.rate]`."""

    connections_per_minute: int = Field(
        60, ge=0, description="Connections a client (IPv4 address, IPv6 /64) may open in a minute; 0 = no limit."
    )
    network_connections_per_minute: int = Field(
        600, ge=0, description="Connections a network (IPv4 /24, IPv6 /48) may open in a minute; 0 = no limit."
    )


class Rate(Check[ConnectStage]):
    """Counts the connection, for its client and for its network."""

    spec = Spec(of_client=True, name="rate", kinds=(CLIENT, NETWORK), timeout=1.0, records=True)
    examples = (
        Example(
            says="The client's 61st connection within a minute.",
            at=connect("192.0.2.99"),
            world={"counters": {"rate:192.0.2.99": 60}},
            finds=("rate.client_exceeded",),
        ),
        Example(
            says="Many clients of one network together.",
            at=connect("2001:db8::1"),
            world={"counters": {"rate:2001:db8::/48": 600}},
            finds=("rate.network_exceeded",),
        ),
        Example(says="The client's first connection.", at=connect("192.0.2.99"), finds=()),
        Example(
            says="No limit is set.",
            at=connect("192.0.2.99"),
            world={"counters": {"rate:192.0.2.99": 60, "rate:192.0.2.0/24": 600}},
            config={"connections_per_minute": 0, "network_connections_per_minute": 0},
            finds=(),
        ),
    )

    def __init__(self, config: Config, counters: Counters) -> None:
        self.config = config
        self.counters = counters

    def is_idle(self) -> bool:
        return not (self.config.connections_per_minute or self.config.network_connections_per_minute)

    async def __call__(self, at: ConnectStage) -> Report:
        found: list[Finding] = []
        for kind, who, limit in (
            (CLIENT, at.client or client_of(at.client_ip), self.config.connections_per_minute),
            (NETWORK, network_of(at.client_ip), self.config.network_connections_per_minute),
        ):
            if limit and (count := await self.counters.hit(f"rate:{who}", window=WINDOW)) > limit:
                found.append(kind(f"{who}: {count} connections in a minute, {limit} are allowed"))
        return Report(tuple(found)) if found else NOTHING_FOUND
