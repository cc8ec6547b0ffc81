"""The program that makes the default model (`tools/train.py`), with a handful of mails."""

from gatepost.learn.classifier import Classifier, blank_site
from gatepost.learn.model_file import note, read
from tests.learn.letters import LETTERS, SALES, letter
from tools.sights import Seen, inspected
from tools.train import made, may_teach


def mail(text, is_spam, source="sa", split="train", shippable=False):
    found = letter(text)
    return Seen(
        name=text, is_spam=is_spam, source=source, split=split, corpus="", shippable=shippable, language="",
        features=found, seconds=0.0,
    )  # fmt: skip


MAILS = [mail(text, is_spam) for texts, is_spam in ((SALES, True), (LETTERS, False)) for text in texts]


def test_the_same_mail_makes_the_same_octets():
    assert made(MAILS) == made(list(MAILS))


def test_a_model_tells_what_taught_it_apart():
    classifier = Classifier(read(made(MAILS)), blank_site())
    assert all((classifier.score(one.features) > 0) is one.is_spam for one in MAILS)


def test_mail_that_must_not_be_given_away_teaches_nothing():
    strange = [mail("poison", True, source=source) for source in ("phish", "trec07", "elsewhere")]
    assert not any(map(may_teach, strange))
    assert made([*MAILS, *strange]) == made(MAILS)
    assert all(map(may_teach, (mail("x", True, "elsewhere", shippable=True), mail("x", False, "l_any"))))


def test_what_is_held_back_teaches_nothing_but_what_scores_mean():
    held_back = [mail("a word of its own", True, split="dev")]
    with_it, without = read(made([*MAILS, *held_back])), read(made(MAILS))
    assert with_it.weights == without.weights
    assert note(made([*MAILS, *held_back])).startswith("3 ham, 3 spam")


def test_a_mail_is_seen_as_a_gateway_sees_it():
    octets = b"Subject: Hi\r\nContent-Type: text/html\r\n\r\n<p>seen <b style='display:none'>unseen</b> <a href=http://a.example>x</a>\r\n"
    header, found = inspected(octets)
    assert [field.name for field in header] == ["Subject", "Content-Type"]
    assert {text.kind for text in found.texts} == {"html", "hidden"}
    assert [link.host for link in found.links] == ["a.example"]
