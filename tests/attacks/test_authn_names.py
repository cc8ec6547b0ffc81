"""AUTHN-15, AUTHN-20, AUTHN-22, AUTHN-29 to AUTHN-32: names and domains that are shown and lie."""

import pytest

from tests.attacks.authn import ATTACKER, VICTIM, codes, letter, said

PROTECTING = {"checks": {"impersonation": {"people": [{"name": "Anna Smith", "addresses": ["anna@sender.test"]}]}}}


def test_authn_20_nobody_can_log_in_so_nobody_is_spared_for_it(checked):
    with checked.connect() as client:
        assert b"AUTH" not in b" ".join(client.ehlo().lines).upper()
        client.expect(502, b"AUTH PLAIN AGFubgBzZWNyZXQ=")
        assert client.deliver(letter(b"From: " + VICTIM)).code == 550
    checked.assert_nothing_passed()


@pytest.mark.parametrize("domain", ["ex\u0430mple.test", "\u0435x\u0430mpl\u0435.test", "mail.exampl\u0435.test"])
@pytest.mark.parametrize("field", ["From: x@%s", "From: x@attacker.test\r\nReply-To: x@%s"])
def test_authn_29_a_domain_in_disguise_is_refused(checked, domain, field):
    assert said(checked, letter((field % domain).encode())).startswith("550 5.7.1 A domain in From or Reply-To passes")
    assert said(checked, letter((field % domain.encode("idna").decode()).encode())).startswith("550 5.7.1 A domain ")
    checked.assert_nothing_passed()


@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("exarnple.test", "lookalike.homograph"),
        ("exmaple.test", "lookalike.typo"),
        ("example.test.attacker.test", "lookalike.embedded"),
        ("w\u043erd.test", "lookalike.mixed_scripts"),
    ],
)
def test_authn_29_other_likeness_is_evidence(checked, domain, code):
    assert code in codes(checked, said(checked, letter(f"From: x@{domain}".encode())))


def test_authn_29_31_32_impersonation_can_be_held(checking):
    target = checking({**PROTECTING, "policy": {"impersonation": "quarantine"}})
    for fields in (
        (b"From: x@exarnple.test",),
        (b'From: "bob@example.test" <%s>' % ATTACKER,),
        (b"From: Anna Smith <%s>" % ATTACKER,),
        (b"From: Anna Smith <anna@sender.test>", b"Reply-To: " + ATTACKER),
    ):
        reply = said(target, letter(*fields))
        record = target.wait_for_record(id=reply.split()[-1])
        assert reply.startswith("250 ") and record["action"] == "quarantine", fields
        assert record["rule"] in ("impersonated-person", "lookalike-domain")
    target.assert_nothing_passed()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param((b"From: =?utf-8?q?bob=40example.test?= <%s>",), "impersonation.own_address", id="15"),
        pytest.param((b'From: "admin@victim.test" <%s>',), "impersonation.other_address", id="31"),
        pytest.param((b'From: "bob@example.test" <%s>',), "impersonation.own_address", id="31-ours"),
        pytest.param((b"From: Example Support <%s>",), "impersonation.own_name", id="31-name"),
        pytest.param(
            (b"From: Example Support <%s>", b"Reply-To: x@victim.test"), "impersonation.reply_to", id="32"
        ),
        pytest.param((b"From: =?utf-8?q?Ann=E2=80=AEnnA?= <%s>",), "impersonation.hidden", id="22-30"),
    ],
)  # fmt: skip
def test_authn_15_22_30_31_32_what_a_name_claims_is_evidence(checked, fields, expected):
    first, *others = fields
    reply = said(checked, letter(first % ATTACKER, *others))
    assert reply.startswith("250 ") and expected in codes(checked, reply)


def test_authn_32_a_protected_person_is_marked(checking):
    target = checking(PROTECTING)
    assert said(target, letter(b"From: SMITH, Anna (CEO) <%s>" % ATTACKER)).startswith("250 ")
    assert target.messages()[-1].octets.count(b"X-Gateway-Tag: score-tag\r\n") == 1
    assert said(target, letter(b"From: Anna Smith <anna@sender.test>")).startswith("250 ")
    assert b"X-Gateway-Tag" not in target.messages()[-1].octets
