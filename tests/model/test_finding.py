"""Evidence and the typed results that checks leave for one another."""

from gatepost.model.finding import NOTHING, Findings, Kind


def test_a_kind_makes_findings_with_its_points():
    found = Kind("a.b", "Something.", score=2.0)("seen")
    assert (found.code, found.detail, found.score) == ("a.b", "seen", 2.0)


def test_the_latest_result_of_a_type_is_found():
    assert Findings(values=(1, "text", 2)).value(int) == 2
    assert NOTHING.value(int) is None


def test_findings_are_gone_through_in_order():
    kind = Kind("a.b", "Something.")
    assert list(Findings((kind("1"), kind("2")))) == [kind("1"), kind("2")]


def test_of_several_results_the_one_of_the_type_is_found():
    assert Findings(values=("text", 1)).value(str) == "text"
