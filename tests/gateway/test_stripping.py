"""Attachments that are replaced by a note before the mail server gets the message."""

from gatepost.auth.dkim.body import BodyHashes
from gatepost.gateway.stripping import stripped
from gatepost.model.inspection import Unwanted
from gatepost.model.samples import found, message
from gatepost.model.verdict import Action, Verdict
from gatepost.policy.ruleset import OK_REPLIES, Phase

HEADER = b"From: Ann <ann@example.net>\r\nContent-Type: multipart/mixed; boundary=b\r\n"
PARTS = b"\r\n\r\nHello.\r\n..dots\r\n", b"\r\nContent-Type: application/x; name=a.exe\r\n\r\nMZ\r\n..\r\n"
BODY = b"--b" + b"--b".join(PARTS) + b"--b--\r\n"  # as it is kept: dot-stuffed
VERDICT = Verdict(Action.STRIP, OK_REPLIES[Phase.MESSAGE], "attachments-stripped", ("attachments.executable",))


def at(places, body=BODY, values=()):
    return message(HEADER, body=body, so_far=found(values=(*values, Unwanted(places))))


def octets_of(stage):
    return b"".join(stage.message.content.chunks())


def test_the_part_that_holds_it_is_replaced_and_the_rest_stays_stuffed():
    stage, verdict = stripped(at({"attachments.executable": ("2",)}), VERDICT, "mx.example.com")
    octets = octets_of(stage)
    assert verdict is VERDICT and b"MZ" not in octets and b"\r\n\r\nHello.\r\n..dots\r\n--b\r\n" in octets
    assert b"removed on the way by mx.example.com:\r\n\r\n    a.exe (application/x)\r\n" in octets
    assert b"Reference: t-1\r\n" in octets


def test_what_is_measured_is_measured_again_and_hashes_of_the_old_body_are_gone():
    before = at({"attachments.executable": ("2",)}, values=(BodyHashes(()),))
    stage, _ = stripped(before, VERDICT, "mx.example.com")
    assert stage.message.size == len(octets_of(stage)) - octets_of(stage).count(b"\r\n..")
    assert stage.message.header == before.message.header and stage.so_far.value(BodyHashes) is None


def test_where_it_cannot_be_done_the_message_is_held_as_it_came():
    for places in ({}, {"attachments.script": ("2",)}, {"attachments.executable": ("7",)}):
        before = at(places)
        stage, verdict = stripped(before, VERDICT, "mx.example.com")
        assert stage is before and verdict.action is Action.QUARANTINE and verdict.rule == "attachments-stripped"
