"""Which files are not wanted."""

import pytest
from pydantic import ValidationError

from gatepost.checks.attachments import HELD, REFUSED, WORDS, Attachments, Config
from gatepost.model import traits
from gatepost.model.inspection import FileClass, Inspection, Item, Trait
from gatepost.model.samples import found, message


def report(*items, **config):
    at = message(so_far=found(values=(Inspection(items=items),)))
    return {f.code: f.detail for f in Attachments(Config(**config))(at).findings}


def file(*names, path="2", classes=(), **more):
    return Item(path=path, names=names, classes=tuple(map(FileClass, classes)), **more)


def test_without_an_inspection_nothing_is_told():
    assert not Attachments(Config())(message()).findings


def test_each_kind_is_told_once_with_the_first_file_of_it():
    found = report(file("a.exe", classes=["executable"]), file("b.exe", classes=["executable"]))
    assert found == {"attachments.executable": "a.exe (executable)"}


def test_a_file_within_others_is_named_with_its_way():
    items = (
        file("orders.zip"),
        file("docs.7z", path="2!docs.7z"),
        file("x.js", path="2!docs.7z!x.js", classes=["script"]),
    )
    assert report(*items) == {"attachments.script": "x.js in docs.7z in orders.zip (script)"}


def test_a_file_without_a_name_is_named_by_its_part():
    assert report(file(path="2.1", classes=["executable"])) == {"attachments.executable": "part 2.1 (executable)"}


def test_a_name_that_would_disturb_a_reply_does_not():
    assert report(file("a\r\n250 OK\u202e.exe", classes=["executable"])) == {
        "attachments.executable": "a??250 OK?.exe (executable)"
    }


def test_the_text_of_a_message_is_no_attachment_but_a_program_without_a_name_is():
    assert report(Item(path="1", classes=(FileClass.HTML,)), Item(path="2", classes=(FileClass.TEXT,))) == {}
    assert report(Item(path="1", classes=(FileClass.TEXT, FileClass.SCRIPT))) != {}


@pytest.mark.parametrize("trait", [traits.LINK, traits.DEVICE, traits.ESCAPES])
def test_what_is_written_elsewhere_is_one_thing(trait):
    assert list(report(file("a.tar!x", traits=(Trait(trait),)))) == ["attachments.escapes"]


@pytest.mark.parametrize("name", ["a.exe", "A.EXE", "b.txt.exe", "c.exe. "])
def test_an_extension_is_the_last_that_windows_sees(name):
    assert "attachments.extension" in report(file(name), deny_extensions=[".Exe"])


def test_any_of_the_names_that_a_program_could_show_counts():
    assert report(file("a.txt", "a.exe"), deny_extensions=["exe"])
    assert not report(file("exe", "a.exe.txt"), deny_extensions=["exe.exe"])


def test_only_what_is_listed_may_pass_and_whatever_it_is_besides_must_be_listed_too():
    assert "attachments.unlisted" not in report(file("a.pdf", classes=["pdf"]), allow_types=["pdf"])
    assert "attachments.unlisted" in report(file("a.pdf", classes=["pdf", "archive"]), allow_types=["pdf"])


def test_what_the_settings_want_is_what_is_asked_of_the_policy():
    refused, held = Attachments.wishes(Config())
    assert set(refused.codes) >= {f"attachments.{word.replace('-', '_')}" for word in REFUSED}
    assert set(held.codes) == {f"attachments.{word.replace('-', '_')}" for word in HELD}
    assert [w.outcome for w in Attachments.wishes(Config(hold_types=(), tag_types=("pdf",)))] == ["refused", "marked"]


def test_an_unknown_class_is_an_error_that_names_the_known_ones():
    with pytest.raises(ValidationError, match=r'"programs" is none of .*executable'):
        Config(deny_types=("programs",))
    assert set(REFUSED) | set(HELD) <= WORDS and not set(REFUSED) & set(HELD)


@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*a*a*a*b", "[", "?" * 50])
def test_a_pattern_costs_little_whatever_the_name(pattern):
    assert not report(file("a" * 1000), deny_names=[pattern])
