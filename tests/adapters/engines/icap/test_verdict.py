import pytest

from gatepost.adapters.engines.icap.reader import BadResponse, Response
from gatepost.adapters.engines.icap.verdict import BLOCKED, Told, verdict
from gatepost.adapters.engines.sample import in_memory

SAMPLE = in_memory(b"hello")


def told(status=200, http=0, body=-1, digest="", **fields):
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return verdict(Response(status=status, fields=named, http=http, body=body, digest=digest), SAMPLE)


def test_204_is_clean():
    assert told(status=204) == Told()


@pytest.mark.parametrize("status", [200, 204, 403, 500])
def test_what_was_found_counts_whatever_the_status(status):
    assert told(status, x_infection_found="Type=0; Resolution=2; Threat=Eicar-Test;").infected == "Eicar-Test"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"x_infection_found": "Type=0; Resolution=1; Threat=W32.Foo"}, "W32.Foo"),
        ({"x_infection_found": "whatever"}, "unnamed"),
        ({"x_infection_found": "Threat=\x1b[2J"}, "?[2J"),
        ({"x_virus_id": "EICAR Test String"}, "EICAR Test String"),
        ({"x_violations_found": "1 message Eicar-Test 0 0"}, "Eicar-Test"),
        ({"x_violations_found": "1"}, "unnamed"),
    ],
)
def test_each_scanner_has_its_own_way_to_say_it(fields, name):
    assert told(**fields).infected == name


@pytest.mark.parametrize("fields", [{"x_virus_id": "none"}, {"x_violations_found": "0"}])
def test_some_say_that_there_is_none(fields):
    assert told(204, **fields) == Told()


def test_a_page_instead_of_the_content_means_that_it_must_not_pass():
    assert told(http=403, body=4, digest="x").infected == BLOCKED


def test_the_same_content_sent_back_is_clean():
    assert told(http=200, body=5, digest=SAMPLE.digest) == Told()


def test_a_limit_that_was_reached_is_unscannable():
    found = told(x_infection_found="Type=0; Threat=Heuristics.Limits.Exceeded.MaxFileSize;")
    assert found == Told(unscannable="Heuristics.Limits.Exceeded.MaxFileSize")


@pytest.mark.parametrize(
    "answer",
    [
        {"http": 200, "body": 5, "digest": "0" * 64},
        {"http": 200, "body": 4, "digest": SAMPLE.digest},
        {"http": 0},
        {"http": 500, "body": 5, "digest": SAMPLE.digest},
        {"http": 302},
        {"status": 404},
        {"status": 500},
        {"status": 503},
        {"status": 100},
    ],
)
def test_everything_else_is_no_answer(answer):
    with pytest.raises(BadResponse):
        told(**answer)
