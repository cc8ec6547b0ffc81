"""Whose message it is: ATTACKS AUTHN-08 to AUTHN-19, AUTHN-21 to AUTHN-26, AUTHN-30."""

from itertools import product

import pytest

from gatepost.auth.author import AUTHORS_LIMIT, Standing, author
from gatepost.model.message import Message
from gatepost.syntax.header import read_header
from gatepost.syntax.mailbox_list import Defect

VICTIM, ATTACKER = b"admin@victim.example", b"x@attacker.example"
REFUSED = frozenset(Standing) - {Standing.ONE, Standing.SEVERAL}


def message(header):
    fields, size, malformed = read_header(header + b"\r\n")
    return Message(size=size, header=fields, header_octets=size, content=None, malformed=malformed)


def of(header):
    return author(message(header))


def from_(value):
    return of(b"From: " + value + b"\r\n")


def address(found):
    (mailbox,) = found.mailboxes
    return str(mailbox.address)


def test_one_mailbox_is_the_author():
    found = from_(b"Admin <%s>" % VICTIM)
    assert (found.standing, address(found), found.domains) == (Standing.ONE, VICTIM.decode(), ("victim.example",))


def test_AUTHN_08_two_from_fields_are_no_author():
    header = b"From: %s\r\nFROM: %s\r\n" % (VICTIM, ATTACKER)
    assert of(header).standing is Standing.REPEATED and of(header).domains == ()


@pytest.mark.parametrize("first", [VICTIM, ATTACKER])
def test_AUTHN_09_a_leading_space_makes_the_header_malformed(first):
    assert message(b" From: %s\r\nFrom: %s\r\n" % (first, ATTACKER)).malformed == ("leading-fold",)


def test_AUTHN_10_a_space_before_the_colon_hides_no_from():
    assert of(b"From : %s\r\nFrom: %s\r\n" % (VICTIM, ATTACKER)).standing is Standing.REPEATED
    assert of(b"From\t: %s\r\n" % VICTIM).domains == ("victim.example",)


def test_AUTHN_11_a_fold_before_the_colon_hides_no_from():
    header = b"From\r\n : %s\r\nFrom: %s\r\n" % (VICTIM, ATTACKER)
    assert of(header).standing is Standing.REPEATED and message(header).malformed == ("no-colon",)


@pytest.mark.parametrize("name", [b"Sender", b"Resent-From", b"Reply-To", b"X-From"])
def test_AUTHN_12_13_no_other_field_stands_in_for_from(name):
    assert of(name + b": " + VICTIM + b"\r\n").standing is Standing.MISSING


def test_AUTHN_14_two_mailboxes_without_a_sender_are_no_author():
    assert from_(VICTIM + b", " + ATTACKER).standing is Standing.AMBIGUOUS


def test_AUTHN_14_with_a_sender_all_domains_have_to_pass():
    found = of(b"From: %s, y@attacker.example, %s\r\nSender: %s\r\n" % (VICTIM, ATTACKER, ATTACKER))
    assert (found.standing, found.domains) == (Standing.SEVERAL, ("victim.example", "attacker.example"))


@pytest.mark.parametrize("sender", [b"Sender: a@b, c@d\r\n", b"Sender: x\r\n", b"Sender: a@b\r\n" * 2, b"Sender:\r\n"])
def test_AUTHN_14_a_sender_is_one_clear_mailbox(sender):
    assert of(b"From: %s, %s\r\n" % (VICTIM, ATTACKER) + sender).standing is Standing.AMBIGUOUS


def test_authors_are_few():
    sender = b"\r\nSender: a@b\r\n"
    assert of(b"From: " + b"a@b, " * (AUTHORS_LIMIT - 1) + b"a@b" + sender).standing is Standing.SEVERAL
    assert of(b"From: " + b"a@b, " * AUTHORS_LIMIT + b"a@b" + sender).standing is Standing.MALFORMED


@pytest.mark.parametrize(
    "word", [b"=?utf-8?B?PGFkbWluQHZpY3RpbS5leGFtcGxlPg==?=", b"=?utf-8?q?=3Cadmin=40victim.example=3E=2C?="]
)
def test_AUTHN_15_an_encoded_word_is_no_address(word):
    found = from_(word + b" <%s>" % ATTACKER)
    assert (found.standing, found.domains) == (Standing.ONE, ("attacker.example",))
    assert VICTIM.decode() in found.mailboxes[0].name


def test_AUTHN_15_raw_brackets_in_an_encoded_word_are_structure():
    assert from_(b"=?utf-8?q?<%s>?= <%s>" % (VICTIM, ATTACKER)).standing is Standing.MALFORMED


def test_AUTHN_16_a_route_leads_to_its_end():
    found = from_(b"<@attacker.example,@x.example:%s>" % VICTIM)
    assert (found.standing, found.domains, found.defects) == (Standing.ONE, ("victim.example",), (Defect.ROUTE,))


def test_AUTHN_17_a_quoted_pair_outside_quotes_is_malformed():
    assert from_(b"<%s>\\,<%s>" % (VICTIM, ATTACKER)).standing is Standing.MALFORMED


@pytest.mark.parametrize("bare", [VICTIM, b"x " + VICTIM, VICTIM + b" x", b"admin @ victim.example"])
@pytest.mark.parametrize("comma", [b",", b", ", b" , ,", b" "])
def test_AUTHN_18_a_bare_address_before_the_other_is_refused(bare, comma):
    assert from_(bare + comma + b"<%s>" % ATTACKER).standing in REFUSED


def test_AUTHN_18_a_bare_word_before_a_comma_is_evidence():
    found = from_(b"Doe, John <j@x>")
    assert (found.standing, found.defects) == (Standing.ONE, (Defect.BARE_WORDS,))


def test_AUTHN_19_text_after_the_address_is_malformed():
    assert from_(b"<%s>%s" % (ATTACKER, VICTIM)).standing is Standing.MALFORMED
    assert from_(b"<%s>Victim" % ATTACKER).standing is Standing.MALFORMED


@pytest.mark.parametrize("value", [b"x:<%s>,<%s>;", b"%s:<%s>;", b"x:%s;,%s", b"x:;y:%s,%s;"])
def test_AUTHN_21_a_group_is_no_author(value):
    assert from_(value % (VICTIM, ATTACKER)).standing in REFUSED


MAILSPLOIT = [
    b"=?utf-8?b?cG90dXM=?=@attacker.example",
    b"=?utf-8?b?cG90dXM=?==?utf-8?Q?=00?=@attacker.example",
    b"=?utf-8?b?cG90dXM=?==?utf-8?Q?=0A=00?=@attacker.example",
    b"=?utf-8?b?cG90dXM=?= =?utf-8?Q?=0A=00?= <x@attacker.example>",
    b"=?utf-8?Q?potus=40victim.example=00?= <x@attacker.example>",
    b"=?utf-8?Q?potus=40victim.example=0D=0A?= y <x@attacker.example>",
    b'"=?utf-8?b?cG90dXNAdmljdGltLmV4YW1wbGUA?=" <x@attacker.example>',
    b'"potus@victim.example\x00" <x@attacker.example>',
    b"=?utf-8?b?cG90dXNAdmljdGltLmV4YW1wbGU=?==?utf-8?Q?=0A=0Ay?= <x@attacker.example>",
    b"potus(=?utf-8?Q?=00?=)@victim.example",
    b"x@attacker.example (=?utf-8?Q?=00?=potus)",
    b"<=?utf-8?Q?=41?=.x@attacker.example>",
    b"\x00potus@victim.example",
]


@pytest.mark.parametrize("value", MAILSPLOIT)
def test_AUTHN_22_hidden_nul_and_line_ends_are_refused(value):
    assert from_(value).standing in REFUSED


# What From shapes are made of: before the address, the address, behind it, and between what is not there at all.
BEFORE = (
    b"", b"Admin ", b'"Admin" ', b"Admin, ", b",", b", ,", b"(c)", b"(c(d))", b"Admin (c) ", b"\xff ", b'"\xff" ',
    b"=?utf-8?q?a?= ", b"=?utf-8?q?=00?= ", b"x:", VICTIM + b" ", VICTIM + b",", b"<%s> " % VICTIM, b'"%s" ' % VICTIM,
    b"(%s) " % VICTIM, b"\\", b"\x00", b'"', b"a.b. ", b"[a] ", b"\r\n ", b"\r\n\t\r\n ",
)  # fmt: skip
ADDRESSES = (
    b"<%s>" % ATTACKER, ATTACKER, b"< %s >" % ATTACKER, b"<@a.example:%s>" % ATTACKER, b"<@a,@b:%s>" % ATTACKER,
    b"<@%s:%s>" % (VICTIM, ATTACKER), b"<%s(c)>" % ATTACKER, b"<(%s)%s>" % (VICTIM, ATTACKER),
    b"<x@(c)attacker.example>", b"<x @ attacker . example>", b"<x\r\n @attacker.example>",
    b"<x@attacker\x00.example>", b"<x@attacker\xff.example>",
    b"<%s,%s>" % (VICTIM, ATTACKER), b"<x@attacker.example@victim.example>", b"<>",
)  # fmt: skip
BEHIND = (b"", b" ", b",", b", ,", b" (c)", b";", b">", b"victim", b", <%s>" % VICTIM, b"\x00", b"\r\n ", b"\xff")
SHAPES = [b"".join(parts) for parts in product(BEFORE, ADDRESSES, BEHIND)]


def in_plain_sight(value):
    """What is left of it without quotes, comments and routes, which hide addresses from nobody who reads structure."""
    for opened, closed in ((b'"', b'"'), (b"(", b")"), (b"<@", b":")):
        while opened in value:
            before, _, rest = value.partition(opened)
            value = before + (b"<" if opened == b"<@" else b"") + rest.partition(closed)[2]
    return value


def test_AUTHN_23_no_shape_of_from_is_clear_with_two_addresses_or_a_nul():
    assert len(SHAPES) >= 2495
    clear = 0
    for value in SHAPES:
        found = from_(value)
        if found.standing is not Standing.ONE:
            assert found.standing in REFUSED and found.domains == (), value
            continue
        clear += 1
        assert address(found).removesuffix("victim") == ATTACKER.decode(), value
        assert b"\x00" not in value and in_plain_sight(value).count(b"@") == 1, value
    assert 200 < clear < 700


@pytest.mark.parametrize("octets", [b"\x00", b"\xff", "\uffff".encode(), b"}", b"\x80", b"\x7f", b"\x01"])
def test_AUTHN_24_nothing_cuts_an_address_short(octets):
    assert from_(b"<admin@victim.example" + octets + b"attacker.example>").standing in REFUSED
    assert from_(b"admin@victim.example" + octets + b".attacker.example").standing in REFUSED


def test_AUTHN_25_an_address_has_one_at_sign():
    assert from_(b"<a@gm@ail.com>").standing is Standing.MALFORMED
    assert from_(b"a@gm@ail.com").standing is Standing.MALFORMED


@pytest.mark.parametrize(
    "mark", [b"(", b")", b"<", b">", b"[", b"]", b",", b";", b":", b"@", b"\\", b'"', b" ", b"\t", b"\x0b", b" ("]
)
def test_AUTHN_26_no_mark_between_two_addresses_makes_one_of_them(mark):
    assert from_(VICTIM + mark + ATTACKER).standing in REFUSED
    assert from_(VICTIM + mark + b"<%s>" % ATTACKER).standing in REFUSED


@pytest.mark.parametrize("mark", ["\u202e", "\u202d", "\u2066", "\u200f"])
def test_AUTHN_30_marks_of_direction_in_an_address_are_refused(mark):
    assert from_(f"<a{mark}dmin@victim.example>".encode()).standing is Standing.MALFORMED
    assert from_(f"<admin@{mark}victim.example>".encode()).standing is Standing.MALFORMED
    assert from_(f"Admin{mark} <admin@victim.example>".encode()).defects == (Defect.DIRECTION,)
