"""Which engines a worker has, whose rules are matched, and what the operator hears of them."""

from gatepost.adapters.engines.clamd.scanner import ClamdScanner
from gatepost.adapters.engines.command import CommandScanner
from gatepost.adapters.engines.icap.scanner import IcapScanner
from gatepost.adapters.engines.rspamd.engine import Rspamd
from gatepost.adapters.engines.spamd.engine import Spamd
from gatepost.app.engines import (
    antivirus_settings,
    engines_of,
    opinions_of,
    rule_directories,
    watch_engines,
    watch_opinions,
)
from gatepost.ports.scanner import Scanned
from gatepost.testing.fakes import FakeAlarms, FakeClock
from tests.config.texts import loaded

ENGINES = {
    "clamav": {"type": "clamd", "address": "127.0.0.1:1"},
    "proxy": {"type": "icap", "address": "icap://127.0.0.1:1/x", "required": False},
    "own": {"type": "command", "command": ["/bin/true"]},
    "rules": {"type": "yara", "directories": ["/a", "/b"]},
    "unasked": {"type": "clamd", "address": "127.0.0.1:2"},
}
ASKED = ["clamav", "proxy", "own", "rules"]


def settings(**antivirus):
    return loaded({"engines": ENGINES, "checks": {"antivirus": {"engines": ASKED, **antivirus}}}).settings


def test_a_worker_has_the_engines_that_are_asked(tmp_path):
    desks = engines_of(settings(concurrency=7, cache="3s"), FakeClock(), tmp_path).by_name
    kinds = {name: type(desk.scanner) for name, desk in desks.items()}
    assert kinds == {"clamav": ClamdScanner, "proxy": IcapScanner, "own": CommandScanner}
    assert {name: desk.required for name, desk in desks.items()} == {"clamav": True, "proxy": False, "own": True}
    assert {(desk.concurrency, desk.ttl) for desk in desks.values()} == {(7, 3.0)}


def test_without_the_check_there_are_none(tmp_path):
    off = settings(enabled=False)
    assert not engines_of(off, FakeClock(), tmp_path).by_name and not rule_directories(off)


async def test_rules_are_not_asked_for_a_verdict(tmp_path):
    rules = {"engines": {"rules": ENGINES["rules"]}, "checks": {"antivirus": {"engines": ["rules"]}}}
    assert await engines_of(loaded(rules).settings, FakeClock(), tmp_path).scan(b"x", ("rules",)) == ()


def test_rules_are_those_of_the_engines_that_are_asked():
    assert [str(path) for path in rule_directories(settings())] == ["/a", "/b"]


def test_an_engine_without_an_answer_or_with_old_signatures_is_an_alarm(tmp_path):
    clock, alarms = FakeClock(), FakeAlarms()
    desks = engines_of(settings(), clock, tmp_path)
    desk = desks.by_name["clamav"]
    oldest = antivirus_settings(settings()).max_signature_age

    def up():
        watch_engines(desks, oldest, alarms, clock)
        return sorted(alarms.up)

    assert up() == []
    desk.problem = "clamav: down"
    assert up() == ["engine.clamav"]
    desk.remember("x", Scanned(engine="clamav", signatures=clock.now() - 10 * 86400))
    assert up() == ["engine.clamav.signatures"]
    assert "10 days" in alarms.up["engine.clamav.signatures"]
    desk.remember("y", Scanned(engine="clamav", signatures=clock.now()))
    assert up() == []


OTHERS = {
    "r": {"type": "rspamd", "address": "http://127.0.0.1:1", "concurrency": 7},
    "s": {"type": "spamassassin", "address": "127.0.0.1:1"},
    "unasked": {"type": "spamassassin", "address": "127.0.0.1:2"},
}


def consulting(**check):
    return loaded({"engines": OTHERS, "checks": {"second_opinion": {"engines": ["r", "s"], **check}}}).settings


def test_a_worker_has_the_spam_engines_that_are_asked(tmp_path):
    desks = opinions_of(consulting(), FakeClock(), tmp_path).by_name
    assert {name: type(desk.engine) for name, desk in desks.items()} == {"r": Rspamd, "s": Spamd}
    assert desks["r"].settings.concurrency == 7
    assert desks["s"].engine.hostname == "mx1.example.com"
    assert not opinions_of(consulting(enabled=False), FakeClock(), tmp_path).by_name


def test_a_spam_engine_without_an_answer_is_an_alarm(tmp_path):
    alarms, opinions = FakeAlarms(), opinions_of(consulting(), FakeClock(), tmp_path)
    opinions.by_name["r"].problem = "r: down"
    watch_opinions(opinions, alarms)
    assert alarms.up == {"engine.r": "Spam engine gives no answer: r: down"}
    opinions.by_name["r"].problem = ""
    watch_opinions(opinions, alarms)
    assert not alarms.up
