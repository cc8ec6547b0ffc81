"""SMUG-01 … SMUG-17: octets that some server takes for the end of DATA, with a second envelope behind them.

The backend takes every one of them for an end. It must never see more than legitimate sessions said.
"""

import time

import pytest

from tests.attacks.client import Closed
from tests.attacks.smuggling import END, FIRST, HEADER, assert_never_ends, assert_refused_once, envelope, say_data


def test_smug_01_lf_dot_lf(target):
    assert_never_ends(target, b"\n.\n")


def test_smug_02_lf_dot_crlf(target):
    assert_never_ends(target, b"\n.\r\n")


def test_smug_03_crlf_dot_lf(target):
    assert_never_ends(target, b"\r\n.\n")


def test_smug_04_cr_dot_cr(target):
    assert_never_ends(target, b"\r.\r")


def test_smug_05_cr_dot_lf(target):
    assert_never_ends(target, b"\r.\n")


def test_smug_06_lf_dot_cr(target):
    assert_never_ends(target, b"\n.\r")


def test_smug_07_cr_dot_crlf(target):
    assert_never_ends(target, b"\r.\r\n")


def test_smug_08_crlf_dot_cr(target):
    assert_never_ends(target, b"\r\n.\r")


def test_smug_08_waiting_behind_crlf_dot_cr_accepts_nothing(target):
    with target.connect() as client:
        client.data()
        client.send(HEADER + FIRST + b"\r\n.\r")
        assert client.is_silent(0.5)
        client.half_close()
        with pytest.raises(Closed):
            client.reply()
    target.assert_nothing_passed()


def test_smug_08_a_late_lf_makes_it_the_true_end(target):
    with target.connect() as client:
        client.data()
        client.send(HEADER + FIRST + b"\r\n.\r")
        assert client.is_silent(0.1)
        client.send(b"\n")
        assert client.reply().code == 250
    target.assert_backend_saw(HEADER + FIRST + b"\r\n")


def test_smug_09_crlf_dot_crcrlf(target):
    assert_never_ends(target, b"\r\n.\r\r\n")


def test_smug_10_crcrlf_dot_crcrlf(target):
    assert_never_ends(target, b"\r\r\n.\r\r\n")


def assert_refused_and_closed(target, sequence: bytes) -> None:
    """A true end with something wrong before it: the message is refused, and what was pipelined behind never runs."""
    for beginning in (HEADER + FIRST, HEADER, HEADER + FIRST + b"\r\n\r\n"):
        octets = beginning + sequence + envelope(repr(sequence)) + END
        for at in range(len(beginning) - 1, len(beginning) + len(sequence) + 2):
            assert_refused_once(say_data(target, [octets[:at], octets[at:]]))
        assert_refused_once(say_data(target, [octets]))
    target.assert_nothing_passed()


def test_smug_11_stray_cr_before_the_true_end(target):
    assert_refused_and_closed(target, b"\r\r\n.\r\n")


def test_smug_12_nul_before_the_true_end(target):
    assert_refused_and_closed(target, b"\0\r\n.\r\n")


def test_smug_13_nul_led_command_behind_the_true_end(target):
    octets = HEADER + FIRST + END + b"\0" + envelope("NUL-led") + END
    for at in range(len(HEADER + FIRST), len(HEADER + FIRST + END) + 3):
        with target.connect() as client:
            client.data(b"smug-13.test")
            client.send_cut(octets, at)
            taken, refused = client.remaining()
        assert taken.code == 250 and refused.code == 500, (taken, refused)
    target.assert_backend_saw(*[HEADER + FIRST + b"\r\n"] * 8)
    record = target.wait_for_record(event="transaction", end="refused", helo="smug-13.test")
    assert record["reply"].startswith("500 5.5.2 "), record


def test_smug_14_crlf_nul_dot_crlf(target):
    assert_never_ends(target, b"\r\n\0.\r\n")


def test_smug_15_cr_nul_lf_dot_crlf(target):
    assert_never_ends(target, b"\r\0\n.\r\n")


def test_smug_16_crlf_dot_nul_crlf(target):
    assert_never_ends(target, b"\r\n.\0\r\n")


def test_smug_17_crlf_dot_cr_nul_lf(target):
    assert_never_ends(target, b"\r\n.\r\0\n")


def test_smug_01_to_17_the_refusal_is_heard_though_much_is_unread(target):
    """Closing on unread input would send RST, and the client would try again for days."""
    behind = b"RSET\r\n" * 100_000
    replies = say_data(target, [HEADER + FIRST + b"\n.\n" + envelope("much") + END + behind])
    assert_refused_once(replies)
    target.assert_nothing_passed()


def test_smug_01_to_17_the_record_says_why(target):
    assert_refused_once(say_data(target, [HEADER + b"\n.\n" + envelope("record") + END], b"why.test"))
    record = target.wait_for_record(event="transaction", end="refused", helo="why.test")
    assert record["sender"] == "ann@sender.test" and record["reply"].startswith("550 5.6.11 ")


def test_smug_01_to_17_who_never_ends_the_message_is_not_waited_for_in_silence(target):
    """Discarding goes on; the gateway neither answers early nor takes anything."""
    with target.connect() as client:
        client.data()
        client.send(HEADER + b"\n.\n" + envelope("no end"))
        time.sleep(0.05)
        client.send(b"\r\n.\n" + b"QUIT\r\n")
        assert client.is_silent(0.2)
    target.assert_nothing_passed()
