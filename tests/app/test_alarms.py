"""Settings to the ways by which an operator is told."""

from gatepost.app.alarms import backend_for, route_of, tell
from gatepost.model.health import Notice
from tests.config.texts import inbound, loaded
from tests.servers.loopback import free_port

NOTICE = Notice(key="a.b", text="Wrong.", over=False, began=1.0)


def settings(**change):
    return loaded(change).settings


def test_mail_to_a_domain_of_ours_goes_to_its_backend():
    assert backend_for(settings(), "postmaster@example.com") == "inside"


def test_other_mail_goes_by_the_relay_if_there_is_one():
    assert backend_for(settings(), "admin@elsewhere.example") is None
    role = {"role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"]}
    assert backend_for(loaded(inbound(**role)).settings, "admin@elsewhere.example") == "inside"


def test_a_route_is_the_backends_hosts_and_tls():
    pair = {"certificate": "/c", "key": "/k"}
    change = {"inside": {"hosts": ["192.0.2.5:25", "192.0.2.6:2525"], "tls": "required", "client_certificate": pair}}
    route = route_of(settings(backends=change).backends["inside"])
    assert route.hosts == (("192.0.2.5", 25), ("192.0.2.6", 2525)) and route.tls == "required"
    assert (str(route.certificate), str(route.key)) == ("/c", "/k")


def test_without_a_certificate_there_is_none():
    route = route_of(settings().backends["inside"])
    assert (route.certificate, route.key, route.server_name) == (None, None, "")


def test_a_way_that_fails_is_told_of():
    change = {"gateway": {"alarms": {"mail_to": ["postmaster@example.com"]}}}
    dead = {"backends": {"inside": {"hosts": [f"127.0.0.1:{free_port()}"]}}}
    assert tell(settings(**change, **dead), NOTICE)


def test_where_nobody_is_to_be_told_nothing_fails():
    assert not tell(settings(), NOTICE)
