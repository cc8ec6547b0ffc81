"""Rules of an operator on words and files."""

import pytest
from pydantic import ValidationError

from gatepost.checks.content import Config, Content
from gatepost.model.inspection import Inspection, Item, Text
from gatepost.model.samples import found, message
from gatepost.testing.fakes import FakeLists


def words(text, kind="plain", path="1"):
    return Text(path=path, kind=kind, text=text)


def report(*rules, header=b"Subject: Hello\r\n", sender="ann@example.net", texts=(), items=()):
    at = message(header, sender=sender, so_far=found(values=(Inspection(texts=texts, items=items),)))
    check = Content(Config(rules=[{"name": "r", **rule} for rule in rules]), FakeLists())
    return [f"{finding.code}: {finding.detail}" for finding in check(at).findings]


def test_the_first_rule_that_matches_ends_it():
    rules = ({"name": "first", "keywords": ["won"]}, {"name": "second", "keywords": ["won"], "action": "reject"})
    assert report(*rules, texts=(words("You have won"),)) == ["content.held: first"]


def test_all_that_a_rule_names_must_be_there():
    rule = {"keywords": ["won"], "senders": ["@example.net"], "attachment_extensions": ["doc"]}
    doc = (Item(path="2", names=("a.doc",)),)
    assert report(rule, texts=(words("won"),), items=doc)
    assert not report(rule, texts=(words("won"),), items=doc, sender="ann@example.org")
    assert not report(rule, texts=(words("won"),)) and not report(rule, items=doc)


@pytest.mark.parametrize(
    ("where", "is_in_subject", "is_in_header", "is_in_body"),
    [
        ("subject", True, False, False),
        ("header", True, True, False),
        ("body", False, False, True),
        ("anywhere", True, True, True),
    ],
)
def test_words_are_looked_for_where_the_rule_says(where, is_in_subject, is_in_header, is_in_body):
    rule = {"keywords": ["lottery"], "where": where}
    assert bool(report(rule, header=b"Subject: the lottery\r\n")) is is_in_subject
    assert bool(report(rule, header=b"X-Note: the lottery\r\n")) is is_in_header
    assert bool(report(rule, texts=(words("the lottery"),))) is is_in_body


@pytest.mark.parametrize("kind", ["plain", "html", "hidden"])
def test_what_a_page_hides_counts_too(kind):
    assert report({"keywords": ["lottery"]}, texts=(words("Hello"), words("a lottery", kind, "2.1")))


def test_encoded_words_are_read():
    rule = {"keywords": ["lottery"], "where": "subject"}
    assert report(rule, header=b"Subject: =?utf-8?b?bG90dA==?=\r\n =?utf-8?q?ery?=\r\n")


def test_attachments_are_found_in_archives_and_attached_messages_by_name_and_size():
    items = (Item(path="2!a.zip!Order 7.doc", names=("Order 7.doc",), size=2000),)
    assert report({"attachment_names": ["order*"]}, items=items)
    assert report({"attachment_size": "2KB"}, items=items) and not report({"attachment_size": "3KB"}, items=items)
    assert not report({"attachment_names": ["order*"], "attachment_size": "3KB"}, items=items)


def test_the_text_of_the_message_is_no_attachment():
    assert not report({"attachment_size": 1}, items=(Item(path="1", size=5000),))


def test_a_bounce_can_be_named():
    assert report({"senders": ["<>"], "keywords": ["won"]}, sender="", texts=(words("won"),))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({}, "it would match every message"),
        ({"keywords": ["\u200b !"]}, "has neither letter nor digit"),
        ({"keywords": ["a"], "action": "delete"}, "reject"),
        ({"keywords": ["a"], "name": "Not so"}, "pattern"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_an_error(rule, says):
    with pytest.raises(ValidationError, match=says):
        Config(rules=[{"name": "r", **rule}])


def test_without_rules_it_does_not_run():
    assert Content(Config(), FakeLists()).is_idle()
