"""What does one server answer to one question of dnspython's? For what is asked rarely; it blocks."""

import socket

import dns.exception
import dns.message
import dns.query

from gatepost.adapters.dns.settings import ServerAddress

UDP_ROOM = 1232  # octets of an answer that we take by UDP: no fragments anywhere (DNS flag day 2020)


class NoAnswer(Exception):
    """The text says why, for a trace.

    Args:
        is_silence: the server has not said anything.
    """

    def __init__(self, reason: str, *, is_silence: bool) -> None:
        super().__init__(reason)
        self.is_silence = is_silence


def exchange(where: ServerAddress, query: dns.message.Message, seconds: float) -> dns.message.Message:
    """By UDP; by TCP if that is cut short. Raises `NoAnswer`."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as ours:
            ours.setblocking(False)
            ours.connect((where.host, where.port))  # else nobody tells us that nobody listens there
            return dns.query.udp_with_fallback(
                query, where.host, seconds, where.port, udp_sock=ours, ignore_unexpected=True, ignore_errors=True
            )[0]
    except dns.exception.Timeout:
        raise NoAnswer("timed out", is_silence=True) from None
    except OSError as error:
        raise NoAnswer((error.strerror or str(error)).lower(), is_silence=True) from None
    except (dns.exception.DNSException, EOFError):
        raise NoAnswer("bad answer", is_silence=False) from None
