import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.engine.stepping import Done, first_step
from gatepost.gateway.recipients import DomainRecipients, Recipients, plain
from gatepost.model.address import Address, Domain
from gatepost.ports.directory import Found
from gatepost.ports.unavailable import Unavailable
from gatepost.syntax.local_part import local_part, unquoted

ANN = Found("ann@example.com", ("Sales",), listed=True)


class Listed:
    """A directory of these local parts; None = it is down."""

    def __init__(self, *locals: str, down: bool = False) -> None:
        self.locals, self.down = locals, down
        self.asked: list[str] = []

    async def find(self, address: Address) -> Found | None:
        self.asked.append(address.local)
        if self.down:
            raise Unavailable("down")
        return Found(str(address), ("Sales",), listed=True) if address.local in self.locals else None


def recipients(directory: Listed | None, delimiter: str = "") -> Recipients:
    return Recipients({"example.com": DomainRecipients(directory, delimiter)})


def find(where: Recipients, local: str, domain: str = "example.com") -> Found | None:
    step = first_step(where.find(Address(local, Domain(domain))))
    assert isinstance(step, Done)
    return step.value


def test_a_domain_that_is_configured_is_ours():
    where = recipients(None)
    assert (where.is_ours("example.com"), where.is_ours("sub.example.com"), where.is_ours("")) == (True, False, False)


def test_the_domains_own_directory_answers():
    where = Recipients({"example.com": DomainRecipients(Listed("ann")), "example.net": DomainRecipients(Listed("bob"))})
    assert (find(where, "ann"), find(where, "ann", "example.net")) == (ANN, None)


def test_everybody_exists_where_the_domain_says_any_but_nobody_is_listed():
    assert find(recipients(None), "who%ever") == Found("who%ever@example.com", listed=False)


def test_nobody_of_another_domain_exists():
    assert find(recipients(None), "ann", "elsewhere.com") is None


@pytest.mark.parametrize("local", ["postmaster", "Postmaster", "POSTMASTER", '"postmaster"'])
@pytest.mark.parametrize("domain", ["", "example.com"])
def test_postmaster_exists_whatever_the_directory_says(local, domain):
    directory = Listed(down=True)
    assert find(recipients(directory), local, domain) is not None
    assert directory.asked == []


def test_there_is_no_postmaster_of_ours_elsewhere():
    assert find(recipients(None), "postmaster", "elsewhere.com") is None


def test_a_bare_name_other_than_postmaster_does_not_exist():
    assert find(recipients(None), "ann", "") is None


def test_an_outage_is_no_unknown_recipient():
    with pytest.raises(Unavailable):
        find(recipients(Listed(down=True), "+"), "ann+tag")


def test_without_sub_addressing_a_tag_is_part_of_the_name():
    assert find(recipients(Listed("ann")), "ann+tag") is None


@pytest.mark.parametrize(
    ("delimiter", "local"), [("+", "ann+tag"), ("+", "ann+a+b"), ("+", "ann+"), ("-", "ann-tag"), ("=", "ann=x")]
)
def test_a_tag_leads_to_its_owner_who_is_then_not_listed_as_such(delimiter, local):
    found = find(recipients(Listed("ann"), delimiter), local)
    assert found == Found("ann@example.com", ("Sales",), listed=False)


def test_an_address_that_is_listed_with_its_tag_comes_first():
    directory = Listed("ann", "ann+tag")
    assert find(recipients(directory, "+"), "ann+tag") == Found("ann+tag@example.com", ("Sales",), listed=True)
    assert directory.asked == ["ann+tag"]


@pytest.mark.parametrize("local", ["+tag", "bob+tag", '"an n+tag"'])
def test_a_tag_without_a_known_owner_is_unknown(local):
    assert find(recipients(Listed("ann", ""), "+"), local) is None


def test_needless_quotes_are_not_looked_up():
    directory = Listed("ann")
    assert find(recipients(directory), '"a\\nn"') == ANN
    assert directory.asked == ["ann"]


QUOTED = st.lists(st.sampled_from(["a", ".", " ", '\\"', "\\\\", "\\a", "@", "+", "é", "%"]), max_size=12).map(
    lambda pieces: f'"{"".join(pieces)}"'
)


@given(QUOTED)
def test_the_shortest_spelling_means_the_same_and_is_well_formed(local):
    short = plain(local)
    assert unquoted(local_part(short)) == unquoted(local) and len(short) <= len(local)


@given(QUOTED)
def test_the_shortest_spelling_has_no_shorter_one(local):
    assert not plain(local).startswith('"') or plain(plain(local)) == plain(local)
