"""What the configuration says of the records a domain should publish, and what a real name server has."""

from ipaddress import ip_address

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gatepost.app.published import Asked, looked_up, site_of
from gatepost.auth.published.line import Standing
from gatepost.auth.published.transport import association
from gatepost.gateway.certificate import BadCertificate
from gatepost.syntax.bad_syntax import BadSyntax
from tests.config.texts import inbound, loaded

ASKED = Asked()


def site(change, asked=ASKED, domain="example.com"):
    return site_of(loaded(change).settings, domain, asked)


def with_tls(*issued, **more):
    pairs = [{"certificate": str(each.chain), "key": str(each.key)} for each in issued]
    return inbound(tls={"certificates": pairs, **more})


def test_the_gateway_is_known_by_its_name():
    (host,) = site({}).hosts
    assert (host.name, host.addresses, host.associations) == ("mx1.example.com", (), ())


def test_an_inbound_listener_may_have_a_name_of_its_own():
    change = {
        "listeners": {
            "inbound": {"hostname": "mx9.example.com"},
            "second": {"bind": ["127.0.0.1:2526"]},
            "inside": {"bind": ["127.0.0.1:2527"], "role": "internal", "relay": "inside", "relay_from": ["10.0.0.0/8"],
                       "hostname": "relay.example.com"},
        }
    }  # fmt: skip
    assert [host.name for host in site(change).hosts] == ["mx9.example.com", "mx1.example.com"]


@pytest.mark.parametrize("bind", ["127.0.0.1:25", "0.0.0.0:25", "10.0.0.2:25", "[::]:25"])
def test_an_address_that_is_not_on_the_internet_is_not_the_gateways(bind):
    assert site(inbound(bind=[bind])).hosts[0].addresses == ()


def test_one_that_is_is():
    assert site(inbound(bind=["9.9.9.9:25", "[2620:fe::fe]:25"])).hosts[0].addresses == (
        ip_address("9.9.9.9"), ip_address("2620:fe::fe"),
    )  # fmt: skip


def test_what_the_operator_says_counts_more():
    asked = Asked(addresses=(ip_address("192.0.2.25"),))
    assert site(inbound(bind=["9.9.9.9:25"]), asked).hosts[0].addresses == (ip_address("192.0.2.25"),)


def test_certificates_are_those_of_the_listeners(authority):
    issued = authority.issue("mx1.example.com")
    (host,) = site(with_tls(issued)).hosts
    assert host.certificates == (("mx1.example.com",),)
    assert host.associations == (association(issued.chain.read_bytes()),)


def test_one_that_is_off_does_not_count(authority):
    assert site(with_tls(authority.issue("mx1.example.com"), mode="off")).hosts[0].associations == ()


def test_one_that_cannot_be_read_is_said():
    change = inbound(tls={"certificates": [{"certificate": "/nowhere/c", "key": "/nowhere/k"}]})
    with pytest.raises(BadCertificate, match="/nowhere/c"):
        site(change)


def test_whether_the_domain_is_served_is_known():
    assert site({}).is_served and not site({}, domain="example.org").is_served


def test_the_key_says_what_to_publish(tmp_path):
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (selector,) = site({}, Asked(selector="s1", key=tmp_path / "key")).selectors
    assert selector.name == "s1" and selector.record.startswith("v=DKIM1; k=ed25519; p=")
    assert site({}, Asked(selector="s1")).selectors[0].record == ""
    (tmp_path / "key").write_text("hello")
    with pytest.raises(BadSyntax):
        site({}, Asked(selector="s1", key=tmp_path / "key"))


def test_the_key_of_the_gateways_own_seals_is_known(tmp_path):
    key = Ed25519PrivateKey.generate()
    (tmp_path / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    seal = {"domain": "example.com", "selector": "2026a", "key": str(tmp_path / "key")}
    (selector,) = site(inbound(headers={"arc_seal": seal})).seals
    assert selector.name == "2026a" and selector.record.startswith("v=DKIM1; k=ed25519; p=")
    assert site(inbound(headers={"arc_seal": {**seal, "domain": "seals.example.net"}})).seals == ()
    (tmp_path / "key").unlink()
    assert site(inbound(headers={"arc_seal": seal})).seals[0].record == ""


async def standings(change, server, asked=ASKED):
    settings = loaded({**change, "dns": {"servers": [server], "timeout": "500ms", "deadline": "1s"}}).settings
    lines = await looked_up(settings, site_of(settings, "example.com", asked))
    return {(line.name, line.type): line.standing for line in lines}


async def test_a_domain_that_has_everything_is_found_right(start_names, authority):
    issued = authority.issue("mx1.example.com")
    server = start_names({
        "example.com": {"MX": [(10, "mx1.example.com")], "TXT": ["v=spf1 mx -all"]},
        "mx1.example.com": {"A": ["192.0.2.25"], "TXT": ["v=spf1 a -all"]},
        "25.2.0.192.in-addr.arpa": {"PTR": ["mx1.example.com"]},
        "_dmarc.example.com": {"TXT": ["v=DMARC1; p=reject; rua=mailto:postmaster@example.com"]},
        "_mta-sts.example.com": {"TXT": ["v=STSv1; id=1"]},
        "mta-sts.example.com": {"A": ["192.0.2.80"]},
        "_smtp._tls.example.com": {"TXT": ["v=TLSRPTv1; rua=mailto:postmaster@example.com"]},
        "_25._tcp.mx1.example.com": {"TLSA": [association(issued.chain.read_bytes())]},
    }, validates=True)  # fmt: skip
    found = await standings(with_tls(issued), server.where)
    assert found.pop(("(selector)._domainkey.example.com", "TXT")) is Standing.UNKNOWN
    assert set(found.values()) == {Standing.OK} and len(found) == 11


async def test_without_a_resolver_every_line_is_there():
    found = await standings({}, "127.0.0.1:9")
    assert len(found) == 12 and found[("example.com", "MX")] is Standing.UNKNOWN
