import h11
import pytest
from msgspec import structs

from gatepost.adapters.engines.rspamd.requests import headers, request
from gatepost.adapters.engines.sample import in_memory
from tests.adapters.engines.telling import ARRIVAL


def told(**more):
    said = headers(structs.replace(ARRIVAL, **more), 5, more.pop("password", b""))
    return [f"{name.decode()}: {value.decode()}" for name, value in said]


def test_it_is_told_how_the_message_came():
    assert told() == [
        "Host: localhost", "Content-Length: 5", "Connection: close", "IP: 203.0.113.5", "Helo: mx.sender.test",
        "Hostname: mx1.sender.test", "From: <ann@sender.test>", "Rcpt: <bob@example.test>",
        "Rcpt: <carol@example.test>", "Queue-Id: t-1",
    ]  # fmt: skip


def test_what_is_not_known_is_not_told():
    found = told(ip="", helo="", name="", sender="", recipients=(), user="")
    assert found == ["Host: localhost", "Content-Length: 5", "Connection: close", "From: <>", "Queue-Id: t-1"]


def test_who_has_logged_in_is_told():
    assert "User: ann" in told(user="ann")


def test_the_password_is_sent_where_there_is_one():
    assert (b"Password", b"secret") in headers(ARRIVAL, 5, b"secret")


def test_a_request_is_its_head_and_the_message():
    octets = b"".join(request(h11.Connection(h11.CLIENT), ARRIVAL, in_memory(b"hello"), b""))
    assert octets.startswith(b"POST /checkv2 HTTP/1.1\r\n") and octets.endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize("value", ["x\r\nEvil: y", "x\ny", "x\0y"])
def test_what_could_end_a_line_is_refused_even_if_it_came_so_far(value):
    made = request(h11.Connection(h11.CLIENT), structs.replace(ARRIVAL, helo=value), in_memory(b""), b"")
    with pytest.raises(h11.LocalProtocolError):
        next(made)
