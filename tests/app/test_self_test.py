"""Would these settings serve?"""

from gatepost.app.self_test import self_test
from tests.config.texts import loaded


def problems(change):
    return self_test(loaded(change).settings)


def test_good_settings_have_no_problems():
    assert problems({}) == []


def test_every_listener_is_tried():
    second = {"bind": ["127.0.0.1:2526"], "role": "internal", "relay_from": ["10.0.0.0/8"]}
    rule = {"name": "broken", "phase": "mail", "when": "1 / (tls.bits - tls.bits) == 1", "action": "accept"}
    found = problems({"listeners": {"second": second}, "policy": {"rules": [rule]}})
    assert [problem.partition(":")[0] for problem in found] == ["listener inbound", "listener second"]


def test_a_rule_that_cannot_be_evaluated_is_named_with_its_listener():
    rule = {"name": "broken", "phase": "message", "when": "1 / (message.size - message.size) == 1", "action": "accept"}
    (problem,) = problems({"policy": {"rules": [rule]}})
    assert problem == "listener inbound: rule broken cannot be evaluated"


def test_a_file_that_cannot_be_read_is_a_problem():
    (problem,) = problems({"checks": {"access_client": {"deny_file": "/nonexistent/list"}}})
    assert "/nonexistent/list" in problem
