"""AUTHN-01 to AUTHN-07, AUTHN-27, AUTHN-28, AUTHN-33 to AUTHN-40, AUTHN-58: whose domain stands behind a message."""

import pytest

from tests.attacks.authn import ATTACKER, VICTIM, codes, letter, outcomes, properties, results, said

DMARC = "550 5.7.26 "
FORGED = letter(b"From: " + VICTIM)
HONEST = letter(b"From: " + ATTACKER)


def of(domain):
    return b"x@" + domain.encode()


@pytest.mark.parametrize("domain", ["no-such.victim.test", "blog.victim.test", "victim.test"])
def test_authn_01_a_name_below_the_victim_in_mail_from_aligns_nothing(checked, domain):
    assert said(checked, FORGED, sender=of(domain)).startswith(DMARC if domain != "no-such.victim.test" else "55")
    checked.assert_nothing_passed()


ODD_PATHS = [
    b"<(any@victim.test>", b"<(any@victim.test)@attacker.test>", b"<any@victim.test(.attacker.test>",
    b'<any"@victim.test>', b"<any@victim.test'x.attacker.test>", b'<any@victim.test"x".attacker.test>',
    b"<any@victim.test;x.attacker.test>", b"<any@vic\\tim.test>", b"<any@victim.test,x@attacker.test>",
]  # fmt: skip


def test_authn_02_05_06_an_odd_path_is_refused_and_asks_nobody(checked, attacked_names):
    before = len(attacked_names.asked)
    with checked.connect() as client:
        client.ehlo()
        for path in ODD_PATHS:
            client.expect(501, b"MAIL FROM:" + path)
    assert not [asked for asked in attacked_names.asked[before:] if "victim" in asked.name]
    checked.assert_nothing_passed()


@pytest.mark.parametrize(
    "local", [b'"any@victim.test"', b'"a;b (c) smtp.mailfrom=x@victim.test"', b'"a\\"b=c\\\\"', b"a'b", b"a=b+c/d"]
)
def test_authn_05_06_no_local_part_breaks_out_of_its_place_in_our_results(checked, local):
    sender = local + b"@attacker.test"
    assert said(checked, HONEST, sender=sender).startswith("250 ")
    assert outcomes(checked) == {"spf": "pass", "dkim": "none", "dmarc": "none"}
    (named,) = results(checked)["spf"].properties
    assert (named.kind, named.name, named.value) == ("smtp", "mailfrom", sender.decode())


def test_authn_07_a_route_in_mail_from_is_refused_and_asks_nobody(checked, attacked_names):
    before = len(attacked_names.asked)
    with checked.connect() as client:
        client.ehlo()
        client.expect(553, b"MAIL FROM:<@victim.test:x@attacker.test>")
    assert not [asked for asked in attacked_names.asked[before:] if "victim" in asked.name]


@pytest.mark.parametrize("helo", [b"victim.test", b"mail.attacker.test", b"attacker.test"])
def test_authn_27_the_null_sender_and_a_helo_that_passes_need_alignment(checked, helo):
    assert said(checked, FORGED, sender=b"", helo=helo).startswith(DMARC)
    checked.assert_nothing_passed()


def test_authn_27_the_null_sender_is_asked_for_as_postmaster_of_helo(checked):
    assert said(checked, HONEST, sender=b"", helo=b"mail.attacker.test").startswith("250 ")
    assert outcomes(checked)["spf"] == "pass"
    assert "mail.attacker.test" in " ".join(properties(checked))


def test_authn_28_each_name_below_the_victim_has_the_policy_meant_for_it(checked):
    assert said(checked, letter(b"From: x@no-such.victim.test")).startswith(DMARC)  # np=reject
    assert said(checked, letter(b"From: x@blog.victim.test")).startswith("250 ")  # sp=none
    assert outcomes(checked)["dmarc"] == "fail"


@pytest.mark.parametrize(
    ("domain", "result", "questions"),
    [
        pytest.param("loop.test", "permerror", 2, id="35"),
        pytest.param("many.test", "permerror", 11, id="34"),
        pytest.param("two.test", "permerror", 1, id="37-two"),
        pytest.param("ten.test", "none", 1, id="37-v10"),
        pytest.param("giant.test", "permerror", 2, id="37-giant"),
        pytest.param("odd.test", "permerror", 1, id="37-not-ascii"),
    ],
)
def test_authn_33_34_35_37_records_are_read_as_the_rfc_says_and_cost_little(
    checked, attacked_names, domain, result, questions
):
    before = len(attacked_names.asked)
    assert said(checked, HONEST, sender=of(domain)).startswith("250 ")
    assert outcomes(checked)["spf"] == result
    asked = [a.name for a in attacked_names.asked[before:] if a.name.endswith(domain) and a.type in ("TXT", "A")]
    assert len(asked) <= questions + 2, asked  # and what else is asked of a sender's domain


def test_authn_36_macros_make_no_name_too_long_to_ask(checked, attacked_names):
    sender = b"-".join([b"ab"] * 21) + b"@macro.test"
    assert said(checked, HONEST, sender=sender).startswith("250 ")
    assert outcomes(checked)["spf"] == "fail"
    made = [asked.name for asked in attacked_names.asked if asked.name.endswith(".macro.test")]
    assert len(made) == 1 and len(made[0]) <= 253 and made[0].startswith("ab-ab-")


def test_authn_38_what_a_domain_explains_is_one_printable_line(checking):
    target = checking({"policy": {"spf_fail": "reject"}})
    with target.connect() as client:
        client.ehlo()
        reply = client.command(b"MAIL FROM:<x@explains.test>")
        assert "550 5.7.23 " in str(reply) and "go away, x@explains.test, says explains.test" in str(reply)
        reply = client.command(b"MAIL FROM:<x@injects.test>")
        assert len(reply.lines) == 1 and reply.code == 550 and "Ok" not in str(reply)
        client.expect(250, b"NOOP")


def test_authn_39_a_pass_for_everybody_vouches_for_nobody(checked):
    reply = said(checked, HONEST, sender=of("weak.test"))
    assert reply.startswith("250 ") and outcomes(checked)["spf"] == "pass"
    assert "spf.weak" in codes(checked, reply)
    record = checked.wait_for_record(id=reply.split()[-1])
    assert record["authenticated"] == []


def test_authn_40_a_literal_and_the_null_sender_are_none_and_ask_nobody(checked, attacked_names):
    before = len(attacked_names.asked)
    assert said(checked, HONEST, sender=b"", helo=b"[127.0.0.1]").startswith("250 ")
    assert outcomes(checked)["spf"] == "none"
    assert not [asked for asked in attacked_names.asked[before:] if "127.0.0.1" in asked.name and asked.type != "PTR"]


@pytest.mark.parametrize("domain", ["garbage.test", "large.test"])
def test_authn_55_58_a_record_that_is_none_stops_nothing_and_breaks_nothing(checked, domain):
    assert said(checked, letter(b"From: " + of(domain))).startswith("250 ")
    assert outcomes(checked)["dmarc"] in ("none", "permerror")
