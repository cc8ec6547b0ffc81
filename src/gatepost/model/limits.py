"""How much one listener takes: a value that stages carry, made from `[listeners.<name>.limits]`."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """The `recommended` profile's numbers are the defaults (PRODUCT; RFC 5321 §4.5.3, §6.3).

    Args:
        connections: sessions served at once over all workers; tar-pitted ones are counted apart.
        connections_per_client: of them from one client (IPv4 address, IPv6 /64).
        tarpitted: sessions waiting in the tar pit at once, over all workers.
        message_size: octets of content after dot-unstuffing; advertised as SIZE (RFC 1870).
        session_size: octets of content of all messages of a connection; takes effect at MAIL.
        messages_per_connection: takes effect at MAIL.
        recipients_per_message: RFC 5321 §4.5.3.1.8 asks for at least 100.
        hops: Received fields in a message (RFC 5321 §6.3).
        errors: 4xx/5xx protocol errors a client may make on one connection before 421.
        junk_commands: commands in a row that lead to no message (NOOP, RSET, VRFY, EHLO again) before 421.
        refused_recipients: recipients refused on one connection before 421.
        idle: seconds without a command before 421.
        command: seconds from the first octet of a command line to its end.
        session: seconds a connection may last; takes effect at MAIL or while idle.
        data_rate: least octets per second of content, averaged over each `data_grace`.
        data_grace: seconds over which that is taken, and that content refused already is read to its end.
    """

    connections: int = 2000
    connections_per_client: int = 20
    tarpitted: int = 20_000
    message_size: int = 35 * 1024 * 1024
    session_size: int = 200 * 1024 * 1024
    messages_per_connection: int = 20
    recipients_per_message: int = 100
    hops: int = 100
    errors: int = 10
    junk_commands: int = 100
    refused_recipients: int = 100
    idle: float = 300.0
    command: float = 60.0
    session: float = 1200.0
    data_rate: int = 256
    data_grace: float = 60.0
