from gatepost.learn.classifier import Classifier, blank_model, blank_site
from gatepost.learn.explanation import by_group, naming, reasons
from gatepost.learn.features import GROUPS, features, sight
from gatepost.model.inspection import Link
from tests.learn.letters import LETTERS, SALES, header, inspection, letter


def taught() -> Classifier:
    classifier = Classifier(blank_model(), blank_site())
    for spam, ham in zip(SALES, LETTERS, strict=True):
        classifier.learn_one(letter(spam), is_spam=True)
        classifier.learn_one(letter(ham), is_spam=False)
    return classifier


def test_the_words_that_moved_the_score_are_named():
    seen = sight(header(from_="ann@example.com", subject="Hello"), inspection("click here to order cheap watches"))
    found = reasons(taught(), seen, features(seen))
    assert {"cheap", "watches", "click here"} & {reason.what for reason in found if reason.weight > 0}
    assert [abs(reason.weight) for reason in found] == sorted((abs(reason.weight) for reason in found), reverse=True)


def test_every_feature_but_runs_of_letters_has_a_name():
    link = Link(url="http://a.example/b", host="a.example", traits=("userinfo",))
    seen = sight(
        header(from_="Ann <ann@example.com>", subject="Free money", reply_to="x@y.example"),
        inspection("some words", hidden="other words", links=(link,)),
        ("spf.fail",),
    )
    groups = zip(GROUPS[1:], features(seen)[1:], strict=True)
    wanted = {(group, place) for group, places in groups for place in places}
    names = naming(seen, wanted)
    assert GROUPS[0] == "letters" and names.keys() == wanted
    assert ("evidence", "spf.fail") in {(group, name) for (group, _), name in names.items()}


def test_what_is_told_is_printable_and_short():
    seen = sight((), inspection("\x1b[31m" + "x" * 500 + "\u202e cheap"))
    for reason in reasons(taught(), seen, features(seen)):
        assert reason.what.isprintable()
        assert len(reason.what) <= 90


def test_groups_add_up_to_the_reasons():
    seen = sight((), inspection(SALES[0]))
    classifier = taught()
    assert abs(sum(by_group(classifier, features(seen)).values()) - classifier.site_score(features(seen))) < 1.0
