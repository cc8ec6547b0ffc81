"""Lists of mailboxes in header fields: ATTACKS AUTHN-15 to AUTHN-26, AUTHN-30 as far as the field alone decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.address import Address, Domain
from gatepost.model.message import Field
from gatepost.syntax.mailbox_list import Defect, Mailbox, MailboxList
from gatepost.syntax.mailboxes import (
    MAILBOXES_LIMIT,
    VALUE_LIMIT,
    plain_mailbox,
    read_field,
    read_mailboxes,
    read_whole_grammar,
)

WORDS = (
    b"a", b"b.c", b"example.com", b"victim@example.net", b"Doe", b"@", b"<", b">", b",", b":", b";", b"(", b")", b'"',
    b"\\", b"[", b"]", b".", b" ", b"\t", b"=?utf-8?q?", b"=40", b"?=", b"=?utf-8?b?AA==?=", b"\x00", b"\xff",
    "é".encode(), "\u202e".encode(), "\uffff".encode(), b"[192.0.2.1]", b"}", b"\x0b",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(WORDS), max_size=16).map(b"".join)


def mailbox(name, text):
    local, _, domain = text.rpartition("@")
    return Mailbox(name, Address(local, Domain(domain)))


def names(found):
    return [found_mailbox.name for found_mailbox in found.mailboxes]


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("john@example.com", "", "john@example.com"),
        ("<john@example.com>", "", "john@example.com"),
        (" < john@example.com > ", "", "john@example.com"),
        ("John Doe <john@EXAMPLE.com>", "John Doe", "john@example.com"),
        ("John Q. Public <john@example.com>", "John Q. Public", "john@example.com"),
        ('"Doe, John" <john@example.com>', "Doe, John", "john@example.com"),
        ('"John" "Doe"<john@example.com>', "John Doe", "john@example.com"),
        ('"John \\"Joe\\" Doe" <john@example.com>', 'John "Joe" Doe', "john@example.com"),
        ('"<a@b>, c" <john@example.com>', "<a@b>, c", "john@example.com"),
        ("John (home) Doe <john@example.com>", "John (home) Doe", "john@example.com"),
        ("<john@example.com> (John)", "John", "john@example.com"),
        ("john@example.com (John (the \\)) Doe)", "John (the )) Doe", "john@example.com"),
        ("(John) john@example.com", "John", "john@example.com"),
        ("(a)(b) john@example.com (c)", "a b c", "john@example.com"),
        ('"a@b"@example.com', "", '"a@b"@example.com'),
        ('"a b" <"c d"@example.com>', "a b", '"c d"@example.com'),
        ("john@[192.0.2.1]", "", "john@[192.0.2.1]"),
        ("Jörg <jörg@bücher.example>", "Jörg", "jörg@xn--bcher-kva.example"),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.com>", "Jörg", "j@example.com"),
        ("=?utf-8?q?J?= =?utf-8?q?=C3=B6rg?= <j@example.com>", "Jörg", "j@example.com"),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@example.com>', "Jörg", "j@example.com"),
        ("=?utf-8?b?PHZAaWN0aW0uY29tPiwgYQ==?= <j@example.com>", "<v@ictim.com>, a", "j@example.com"),
        ("=?utf-8?b?Sm9obgo=?= <j@example.com>", "John", "j@example.com"),
        ("root@localhost (Cron Daemon)", "Cron Daemon", "root@localhost"),
    ],
)
def test_one_clear_mailbox_is_read_with_its_name(value, name, address):
    found = read_mailboxes(value.encode())
    assert found == MailboxList((mailbox(name, address),))
    assert found.the_one == mailbox(name, address)


@pytest.mark.parametrize(
    ("value", "name", "address", "defect"),
    [
        (b"Doe, John <j@example.com>", "Doe, John", "j@example.com", Defect.BARE_WORDS),
        (b"Doe, John, Dr. <j@example.com>", "Doe, John, Dr.", "j@example.com", Defect.BARE_WORDS),
        (b"Doe, <j@example.com>", "Doe", "j@example.com", Defect.BARE_WORDS),
        (b"Doe, j@example.com", "Doe", "j@example.com", Defect.BARE_WORDS),
        (b",j@example.com", "", "j@example.com", Defect.EMPTY_ITEM),
        (b"j@example.com, ,", "", "j@example.com", Defect.EMPTY_ITEM),
        (b"<@a.example,@b.example:j@example.com>", "", "j@example.com", Defect.ROUTE),
        (b"<,@a.example:j@example.com>", "", "j@example.com", Defect.ROUTE),
        (b"j@example.com <j@example.com>", "j@example.com", "j@example.com", Defect.UNQUOTED),
        (b"J @ Acme <j@example.com>", "J @ Acme", "j@example.com", Defect.UNQUOTED),
        (b"j@eu.example.com <j@example.com>", "j@eu.example.com", "j@example.com", Defect.UNQUOTED),
        (b"[List] J <j@example.com>", "[List] J", "j@example.com", Defect.UNQUOTED),
        (b"J\xf6rg <j@example.com>", "J\u00f6rg", "j@example.com", Defect.EIGHT_BIT),
        (b"=?x-none?q?J?= <j@example.com>", "=?x-none?q?J?=", "j@example.com", Defect.UNREAD_WORD),
        (b"=?utf-8?q?Doe,_John?= <j@example.com>", "Doe, John", "j@example.com", Defect.SPECIALS_IN_WORD),
        (b"=?utf-8?q?j@example.com?= <j@example.com>", "j@example.com", "j@example.com", Defect.SPECIALS_IN_WORD),
        (b'"J\x07" <j@example.com>', "J", "j@example.com", Defect.CONTROL),
        ("J\u202e <j@example.com>".encode(), "J", "j@example.com", Defect.DIRECTION),
        ("J\u200b <j@example.com>".encode(), "J", "j@example.com", Defect.NO_WIDTH),
    ],
)
def test_what_is_only_odd_is_read_and_named(value, name, address, defect):
    found = read_mailboxes(value)
    assert found == MailboxList((mailbox(name, address),), (defect,))
    assert found.the_one is not None and not found.is_ambiguous and not found.is_malformed


@pytest.mark.parametrize(
    ("value", "defect"),
    [
        (b"x:a@example.com;", Defect.GROUP),
        (b"x:;", Defect.GROUP),
        (b"x:<a@example.com>,<b@example.com>;", Defect.GROUP),
        (b"Foo: Bar <a@example.com>", Defect.GROUP),
        (b"v@example.net <a@example.com>", Defect.OTHER_ADDRESS),
        (b"x v@example.net y <a@example.com>", Defect.OTHER_ADDRESS),
        (b"v (c) @ (d) example . net <a@example.com>", Defect.OTHER_ADDRESS),
        (b"j@example.com <j@eu.example.com>", Defect.OTHER_ADDRESS),
        (b"<a@example.net .example.com>", Defect.SPACE_IN_ADDRESS),
        (b"a . b @ example . com", Defect.SPACE_IN_ADDRESS),
        (b"<a@example.net(.example.com)>", Defect.COMMENT_IN_ADDRESS),
        (b"<(c)a@example.com>", Defect.COMMENT_IN_ADDRESS),
        (b"a(b)@example.com", Defect.COMMENT_IN_ADDRESS),
        (b"=?utf-8?q?v=40example.net?=@example.com", Defect.WORD_IN_ADDRESS),
        (b"<=?utf-8?q?v?=@example.com>", Defect.WORD_IN_ADDRESS),
        (b"=?utf-8?q?v@example.net,_?= <a@example.com>", Defect.ADDRESS_IN_WORD),
        (b'"a\x00b" <a@example.com>', Defect.NUL),
        (b"=?utf-8?q?a=00b?= <a@example.com>", Defect.NUL),
        (b"=?utf-8?q?a=0Ab?= <a@example.com>", Defect.LINE_BREAK),
        (b"=?utf-8?b?YQ0KYg==?= <a@example.com>", Defect.LINE_BREAK),
    ],
)
def test_what_readers_disagree_about_is_ambiguous(value, defect):
    found = read_mailboxes(value)
    assert defect in found.defects and found.is_ambiguous and found.the_one is None


@pytest.mark.parametrize(
    ("value", "defect"),
    [
        (b"", Defect.NO_ADDRESS),
        (b"   ", Defect.NO_ADDRESS),
        (b",", Defect.NO_ADDRESS),
        (b"<>", Defect.NO_ADDRESS),
        (b"MAILER-DAEMON", Defect.NO_ADDRESS),
        (b"=?utf-8?q?J_=3Cj=40example.com=3E?=", Defect.NO_ADDRESS),
        (b"a@", Defect.BAD_ADDRESS),
        (b"@example.com", Defect.BAD_ADDRESS),
        (b"<a@gm@ail.com>", Defect.BAD_ADDRESS),
        (b"<a@example.com}.example.net>", Defect.BAD_ADDRESS),
        (b"<a@example.com.>", Defect.BAD_ADDRESS),
        (b"<a..b@example.com>", Defect.BAD_ADDRESS),
        (b"<a\xff@example.com>", Defect.BAD_ADDRESS),
        (b"<a@exam\xffple.com>", Defect.BAD_ADDRESS),
        ("<a\uffff@example.com>".encode(), Defect.BAD_ADDRESS),
        ("<a@example.com\uffff>".encode(), Defect.BAD_ADDRESS),
        ("<a\u202e@example.com>".encode(), Defect.BAD_ADDRESS),
        ("<a@\u202eexample.com>".encode(), Defect.BAD_ADDRESS),
        (b"John john@example.com", Defect.BAD_ADDRESS),
        (b"<@a:b:c@example.com>", Defect.BAD_ADDRESS),
        (b"<@(a):c@example.com>", Defect.BAD_ADDRESS),
        (b"<" + b"l" * 65 + b"@example.com>", Defect.BAD_ADDRESS),
        (b"<a@example.com>victim", Defect.TEXT_AFTER_ADDRESS),
        (b"<a@example.com> Victim", Defect.TEXT_AFTER_ADDRESS),
        (b"<a@example.com><b@example.com>", Defect.TEXT_AFTER_ADDRESS),
        (b"<a@example.com>: b;", Defect.TEXT_AFTER_ADDRESS),
        (b"a@example.com, Victim", Defect.TEXT_AFTER_ADDRESS),
        (b"<v@example.net>\\,<a@example.com>", Defect.BAD_CHARACTER),
        (b"a@example.com)b@example.net", Defect.BAD_CHARACTER),
        (b"a@example.com;", Defect.BAD_CHARACTER),
        (b"v> <a@example.com>", Defect.BAD_CHARACTER),
        (b"<a@example.com>>", Defect.BAD_CHARACTER),
        (b"a\x07 <a@example.com>", Defect.BAD_CHARACTER),
        (b'"a <a@example.com>', Defect.UNCLOSED),
        (b"(a <a@example.com>", Defect.UNCLOSED),
        (b"<a@example.com", Defect.UNCLOSED),
        (b"[a <a@example.com>", Defect.UNCLOSED),
        (b"(" * 20 + b")" * 20 + b"a@example.com", Defect.TOO_DEEP),
        (b"a" * (VALUE_LIMIT + 1), Defect.TOO_LONG),
        (b"a@b," * (MAILBOXES_LIMIT + 1), Defect.TOO_MANY),
    ],
)
def test_what_is_no_list_of_mailboxes_is_malformed(value, defect):
    found = read_mailboxes(value)
    assert defect in found.defects and found.is_malformed and found.the_one is None


def test_several_mailboxes_are_read_in_order():
    found = read_mailboxes(b'a@example.com, "B" <b@example.net>,Doe, C <c@example.org>')
    assert [str(m.address) for m in found.mailboxes] == ["a@example.com", "b@example.net", "c@example.org"]
    assert names(found) == ["", "B", "Doe, C"] and found.the_one is None and not found.is_ambiguous


def test_the_members_of_a_group_are_read():
    found = read_mailboxes(b"a@example.com, Us: b@example.net, <c@example.org>;, d@example.com")
    assert [m.address.local for m in found.mailboxes] == ["a", "b", "c", "d"]
    assert found.defects == (Defect.GROUP,)


def test_a_defect_is_named_once():
    assert read_mailboxes(b",,,a@example.com,,").defects == (Defect.EMPTY_ITEM,)


def test_a_name_of_any_length_is_shown_to_a_limit():
    found = read_mailboxes(b"a " * 2000 + b"<a@example.com>").the_one
    assert found is not None and len(found.name) <= 500


def test_a_field_is_unfolded_and_unstuffed():
    assert read_field(Field("From", b"From: John\r\n <john@\r\n\texample.com>\r\n")).mailboxes[0].name == "John"
    stuffed = read_field(Field("From", b"From: John\r\n. <john@example.com>\r\n"))
    assert stuffed == MailboxList((mailbox("John", "john@example.com"),))


@given(PIECES)
def test_any_value_is_read_and_only_one_address_in_plain_sight_is_clear(value):
    found = read_mailboxes(value)
    assert len(set(found.defects)) == len(found.defects)
    assert bool(found.mailboxes) or found.is_malformed or found.is_ambiguous
    one = found.the_one
    if one is not None:
        assert b"\x00" not in value and one.name.isprintable()
        if value.isascii():
            assert str(one.address).lower().encode() in value.lower()


ATOMS = st.text(st.sampled_from("abcé09!-_"), min_size=1, max_size=5)
QUOTED = st.text(st.sampled_from('ab ,<>@."\\()é:;'), max_size=8).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
COMMENTS = st.text(st.sampled_from('ab ,<>@."é'), max_size=6).map(lambda text: f"({text})")
PHRASES = st.lists(ATOMS | QUOTED, max_size=4).map(" ".join)
LOCALS = st.lists(st.text(st.sampled_from("abé+="), min_size=1, max_size=4), min_size=1, max_size=3).map(".".join)
DOMAINS = st.lists(st.text(st.sampled_from("abc09"), min_size=1, max_size=6), min_size=1, max_size=3).map(".".join)


@given(PHRASES, LOCALS, DOMAINS, st.sampled_from(["", " ", "\t"]), st.just("") | COMMENTS)
def test_every_well_formed_mailbox_is_clear(phrase, local, domain, blank, comment):
    found = read_mailboxes(f"{phrase}{blank}<{blank}{local}@{domain}{blank}>{blank}{comment}".encode())
    assert found.the_one is not None, found
    assert found.the_one.address == Address(local, Domain(domain)) and not found.defects


USUAL = st.lists(st.sampled_from([
    "Ann", "B.", "O'Neill", "-", " ", "  ", '"', "<", ">", "@", ".", "ann", "example.com", "_", "+x", "&", ",",
    "é", "a" * 70,
]), max_size=12).map("".join)  # fmt: skip


@given(USUAL | st.builds("{}{}<{}@{}>".format, PHRASES, st.sampled_from(["", " "]), LOCALS, DOMAINS))
def test_the_short_way_reads_what_the_whole_grammar_reads(text):
    value = text.strip().encode()
    one = plain_mailbox(value)
    assert one is None or read_whole_grammar(value, 5) == MailboxList((one,)) == read_mailboxes(value)


@pytest.mark.parametrize(
    "value",
    [
        b"ann@example.com",
        b"<ann.bee+x@example.com>",
        b"Ann O'Neill <ann@mail.example.com>",
        b'"Bee, Ann" <a@b.example>',
    ],
)
def test_what_most_mail_says_goes_the_short_way(value):
    assert (plain_mailbox(value) is not None) is (b"," not in value)


def test_the_short_way_holds_no_more_mailboxes_than_are_asked_for():
    assert read_mailboxes(b"ann@example.com", most=0).defects == (Defect.TOO_MANY,)
