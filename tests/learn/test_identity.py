from gatepost.learn.identity import identity
from tests.learn.letters import header

BODY = b"Hello\r\n\r\n..dot\r\n"
WRITTEN_AS = {
    "from_": "Ann <ann@example.com>", "subject": "Hello", "date": "Mon, 1 Jan 2024 10:00:00 +0000",
    "message_id": "<1@x>",
}  # fmt: skip
WRITTEN = header(**WRITTEN_AS)


def test_fields_added_on_the_way_and_ends_of_files_leave_it_the_same_mail():
    added = header(received="from a by b", x_spam="no")
    assert identity((*added, *WRITTEN), BODY + b"\r\n\r\n") == identity(WRITTEN, BODY)


def test_folding_leaves_it_the_same_mail():
    one, two = header(subject="a long subject"), header(subject="a long\r\n  subject")
    assert identity(one, BODY) == identity(two, BODY)


def test_another_author_subject_date_or_text_is_another_mail():
    others = [
        identity(header(**{**WRITTEN_AS, name: "other"}), BODY) for name in ("from_", "subject", "date", "message_id")
    ]
    found = {*others, identity(WRITTEN, BODY), identity(WRITTEN, b"Hello\r\n"), identity((), BODY)}
    assert len(found) == 7


def test_a_value_cannot_pass_for_another_field():
    assert identity(header(from_="a", subject="b"), b"") != identity(header(from_="a\nsubject:1:b"), b"")
