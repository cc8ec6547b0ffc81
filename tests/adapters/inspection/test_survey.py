"""What does `gatepost check` hear of the processes that look into messages?"""

from gatepost.adapters.inspection.survey import survey
from gatepost.adapters.inspection.wire import Orders


def test_it_is_told_what_is_on_and_what_is_not():
    ready = survey(Orders())
    assert ready.problem == ""
    assert "limits" in ready.confinement.on
    assert all(": " in line for line in ready.confinement.off)


def test_it_is_told_which_rule_is_wrong(tmp_path):
    (tmp_path / "bad.yar").write_text("rule")
    assert "bad.yar" in survey(Orders(rules=(str(tmp_path),))).problem
