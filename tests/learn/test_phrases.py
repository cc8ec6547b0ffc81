from hypothesis import given
from hypothesis import strategies as st

from gatepost.learn.phrases import BEFORE, phrase
from gatepost.learn.shapes import at_least, share, share_of, steps

NAMES = st.builds(lambda before, rest: before + rest, st.sampled_from([one for one, _ in BEFORE]), st.text(max_size=12))


def test_facts_are_told_in_words():
    assert phrase("name:fits:False:True:True") == (
        "the name in From is found in the mailbox but not in the domain, a free mailbox"
    )
    assert phrase("name:fits:False:False:False") == "the name in From is found in nothing of the address"
    assert phrase("sender's:False:True") == "links lead to others than From"
    assert phrase("reply:other:True:False") == "Reply-To is somebody else's, a free mailbox"
    assert phrase("from:local:C0") == "mailbox of From is: Capitalised digits"
    assert phrase(f"links:{steps(9)}") == "links: 8 or more"
    assert phrase(f"hidden:{share(99, 1000)}") == "hidden text: about 5 %"
    assert phrase("id:same") == "Message-ID is of the domain of From"


def test_what_has_no_phrase_is_told_as_it_is():
    assert phrase("item:application/zip") == "item:application/zip"


@given(NAMES | st.text())
def test_every_name_can_be_told(name):
    assert isinstance(phrase(name), str)


@given(st.integers(0, 10**6))
def test_a_step_is_told_by_its_smallest_number(number):
    assert int(at_least(str(steps(number))).split()[0]) <= number


def test_a_share_is_told():
    assert [share_of(str(share(part, 100))) for part in (0, 3, 37, 100)] == ["none", "below 5 %", "about 35 %", "all"]
