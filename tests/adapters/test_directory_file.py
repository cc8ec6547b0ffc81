import asyncio
import itertools
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.directory_file import PATTERN_LIMIT, BadList, FileDirectory, FileSettings, Pattern, Reading
from gatepost.engine.stepping import Done, first_step
from gatepost.model.address import Address, Domain
from gatepost.ports.directory import Found

COM = Domain("example.com")


@pytest.fixture
def listed(tmp_path):
    """A directory made from lines."""

    def make(text, **others) -> FileDirectory:
        path = tmp_path / "recipients.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return FileDirectory(FileSettings(path=path, **others))

    return make


def find(directory: FileDirectory, local: str, domain: str = COM) -> Found | None:
    step = first_step(directory.find(Address(local, Domain(domain))))
    assert isinstance(step, Done), "a look-up never waits"
    return step.value


def test_a_listed_address_is_found(listed):
    assert find(listed("ann@example.com\n"), "ann") == Found("ann@example.com", listed=True)


@pytest.mark.parametrize(
    ("local", "domain"), [("an", COM), ("annn", COM), ("nn", COM), ("ann", "example.co"), ("", COM)]
)
def test_nothing_but_the_whole_address_is_found(listed, local, domain):
    assert find(listed("ann@example.com\nbob@example.com\n"), local, domain) is None


@pytest.mark.parametrize(
    "line", ["Ann@Example.COM", "  ann@example.com  ", "ann@example.com # she", "ann@example.com\r"]
)
def test_case_blanks_and_comments_do_not_matter(listed, line):
    assert find(listed(f"# staff\n\n{line}\n"), "aNN") is not None


def test_a_number_sign_within_a_local_part_is_no_comment(listed):
    assert find(listed("a#b@example.com#c\n".replace("#c", " #c")), "a#b") is not None


def test_a_last_line_needs_no_line_end(listed):
    assert find(listed("ann@example.com"), "ann") is not None


def test_a_whole_domain_is_found_but_not_listed(listed):
    assert find(listed("@example.com\n"), "whoever") == Found("whoever@example.com", listed=False)


def test_an_internationalized_domain_is_found_by_its_a_label(listed):
    assert find(listed("ann@bücher.example\n"), "ann", "xn--bcher-kva.example") is not None


def test_letters_with_two_spellings_are_the_same(listed):
    assert find(listed("gru\u0308ße@example.com\n"), "GRÜßE") is not None


@pytest.mark.parametrize(("line", "local"), [('"ann.b"', "ann.b"), ("ann.b", '"ann.b"'), ('"a b"', '"a\\ b"')])
def test_quotes_that_change_nothing_do_not_matter(listed, line, local):
    assert find(listed(f"{line}@example.com\n"), local) is not None


def test_case_counts_where_it_is_wanted(listed):
    directory = listed("Ann@EXAMPLE.com\n", case_sensitive=True)
    assert (find(directory, "Ann") is not None, find(directory, "ann")) == (True, None)


@pytest.mark.parametrize(
    ("local", "fits"),
    [("sales-west", True), ("sales-", True), ("SALES-x", True), ("sales", False), ("presales-west", False)],
)
def test_a_wildcard_stands_for_anything_where_it_is_on(listed, local, fits):
    assert (find(listed("sales-*@example.com\n", wildcards=True), local) is not None) == fits


def test_what_a_wildcard_finds_is_not_listed(listed):
    assert find(listed("*%*@example.com\n", wildcards=True), "a%b") == Found("a%b@example.com", listed=False)


GLOB = st.lists(st.sampled_from(["*", "a", "b", "ab"]), max_size=8).map("".join)


@given(GLOB.filter(lambda text: "*" in text), st.lists(st.sampled_from("ab"), max_size=10).map("".join))
def test_a_pattern_fits_what_the_shell_would_match(pattern, local):
    from fnmatch import fnmatchcase

    assert Pattern(tuple(pattern.split("*"))).fits(local) == fnmatchcase(local, pattern)


LOCALS = st.sets(st.lists(st.sampled_from(["a", "b", "-", "é", "0"]), min_size=1, max_size=4).map("".join), max_size=60)


@given(LOCALS.filter(bool), LOCALS)
def test_exactly_those_who_are_listed_are_found(tmp_path_factory, known, others):
    path = tmp_path_factory.mktemp("list") / "list"
    path.write_text("".join(f"{local}@example.com\n" for local in known))
    directory = FileDirectory(FileSettings(path=path))
    assert len(directory) == len(known)
    assert {local for local in known | others if find(directory, local)} == known


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("ann\n", r'line 1: .* write "user@example\.com"'),
        ("ann@example.com\nbob@\n", "line 2"),
        ("ann@example.com bob@example.com\n", "line 1"),
        ("ann@example.com OK\n", "line 1"),
        ("ann@exa mple.com\n", "line 1"),
        ("a..b@example.com\n", "misplaced dot"),
        ("@\n", "no domain"),
        ("ann@-x.com\n", "misplaced hyphen"),
        (b"\xff@example.com\n", "invalid start byte"),
        ("*@example.com\n", "`wildcards` is not set"),
        ("", "no entry"),
        ("# nobody\n", "no entry"),
        ("x" * 5000, "no domain|longer than"),
    ],
)
def test_a_mistake_is_named_with_its_line(listed, text, where):
    with pytest.raises(BadList, match=where):
        listed(text)


def test_what_is_shown_of_a_line_cannot_forge_another(listed):
    with pytest.raises(BadList) as raised:
        listed(b"a\x1b[2Jb\x0b" + b"x" * 500)
    assert str(raised.value).isprintable() and len(str(raised.value)) < 500


def test_wildcards_are_bounded(listed):
    with pytest.raises(BadList, match=f"line {PATTERN_LIMIT + 1}: .*more than {PATTERN_LIMIT}"):
        listed("".join(f"a{n}*@example.com\n" for n in range(PATTERN_LIMIT + 1)), wildcards=True)


def test_a_missing_file_is_an_error_at_start(tmp_path):
    with pytest.raises(FileNotFoundError):
        FileDirectory(FileSettings(path=tmp_path / "none"))


# ── read again when it changes ───────────────────────────────────────────────


async def read_again(directory: FileDirectory) -> None:
    """Two looks, as a second apart, and the slices that follow."""
    loop = asyncio.get_running_loop()
    before = directory.roll, directory.problem
    directory.look(loop)
    directory.close()
    directory.look(loop)
    for _ in range(500):
        if (directory.roll, directory.problem) != before:
            break
        await asyncio.sleep(0.01)
    directory.close()


async def test_a_changed_file_is_read_again(listed):
    directory = listed("ann@example.com\n")
    directory.settings.path.write_text("bob@example.com\n")
    await read_again(directory)
    assert (find(directory, "ann"), find(directory, "bob") is not None) == (None, True)


async def test_a_replaced_file_is_read_again(listed, tmp_path):
    directory = listed("ann@example.com\n")
    (tmp_path / "new").write_text("bob@example.com\n")
    os.replace(tmp_path / "new", directory.settings.path)
    await read_again(directory)
    assert find(directory, "bob") is not None


async def test_a_file_that_is_still_being_written_is_left_alone(listed):
    directory = listed("ann@example.com\n")
    loop = asyncio.get_running_loop()
    for text in ("bob@example.com\n", "bob@example.com\ncarl@example.com\n"):
        directory.settings.path.write_text(text)
        directory.look(loop)
        directory.close()
    assert find(directory, "ann") is not None


async def test_an_unchanged_file_is_not_read_again(listed):
    directory = listed("ann@example.com\n")
    before = directory.roll
    for _ in range(3):
        directory.look(asyncio.get_running_loop())
        directory.close()
    assert directory.roll is before


@pytest.mark.parametrize("new", ["", "nonsense\n", None], ids=["empty", "broken", "missing"])
async def test_a_file_that_went_bad_changes_nothing_and_is_a_problem(listed, new):
    directory = listed("ann@example.com\n")
    if new is None:
        directory.settings.path.unlink()
    else:
        directory.settings.path.write_text(new)
    await read_again(directory)
    assert find(directory, "ann") is not None
    assert "stays in use" in directory.problem


async def test_a_file_that_is_good_again_ends_the_problem(listed):
    directory = listed("ann@example.com\n")
    for text in ("nonsense\n", "bob@example.com\n"):
        directory.settings.path.write_text(text)
        await read_again(directory)
    assert (find(directory, "bob") is not None, directory.problem) == (True, "")


async def test_the_watch_looks_by_itself(listed, monkeypatch):
    monkeypatch.setattr("gatepost.adapters.directory_file.CHECK_EVERY", 0.02)
    directory = listed("ann@example.com\n")
    directory.watch(asyncio.get_running_loop())
    directory.settings.path.write_text("bob@example.com\n")
    for _ in range(500):
        if find(directory, "bob"):
            break
        await asyncio.sleep(0.01)
    directory.close()
    assert find(directory, "bob") is not None


async def test_the_old_list_answers_while_the_new_one_is_read(listed):
    directory = listed("ann@example.com\n")
    directory.settings.path.write_text("".join(f"u{n}@example.com\n" for n in range(20_000)))
    loop = asyncio.get_running_loop()
    directory.look(loop)
    directory.close()
    directory.look(loop)
    assert find(directory, "ann") is not None and find(directory, "u1") is None
    directory.close()


def test_a_reading_comes_in_small_slices(listed):
    directory = listed("".join(f"user.number{n}@example.com\n" for n in range(20_000)))
    reading = Reading(directory.settings)
    sizes = [len(reading.roll.text) for _ in reading.slices()]
    assert max(later - earlier for earlier, later in itertools.pairwise(sizes)) < 40_000
