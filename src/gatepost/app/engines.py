"""Settings to engines: those that are asked, the rules that are matched, and what an operator must know."""

from pathlib import Path

from gatepost.adapters.engines.desk import Desk
from gatepost.adapters.engines.desks import Desks
from gatepost.adapters.engines.opinion_desk import opinion_desk
from gatepost.adapters.engines.opinion_settings import OpinionSettings
from gatepost.adapters.engines.opinions import Opinions
from gatepost.adapters.engines.scanners import scanner_of
from gatepost.adapters.engines.settings import EngineSettings, YaraSettings
from gatepost.checks.antivirus import DAY
from gatepost.checks.antivirus import Config as AntivirusSettings
from gatepost.checks.second_opinion import Config as OpinionsWanted
from gatepost.config.settings import Settings
from gatepost.ports.alarms import Alarms
from gatepost.ports.clock import Clock


def antivirus_settings(settings: Settings) -> AntivirusSettings:
    """Section `[checks.antivirus]`."""
    section = settings.checks.sections()["antivirus"]
    return section if isinstance(section, AntivirusSettings) else AntivirusSettings.model_validate({})


def engines_of(settings: Settings, clock: Clock, directory: Path) -> Desks:
    """Of one worker: the engines that `[checks.antivirus]` names.

    Args:
        directory: where files are made for them.
    """
    section = antivirus_settings(settings)
    desks = {}
    for name in section.engines if section.enabled else ():
        made_with = settings.engines[name]
        if isinstance(made_with, EngineSettings):
            desks[name] = Desk(
                scanner_of(name, made_with, clock, directory),
                clock,
                required=made_with.required,
                concurrency=section.concurrency,
                ttl=section.cache,
            )
    return Desks(desks, directory, frozenset(settings.engines) - desks.keys())


def opinions_of(settings: Settings, clock: Clock, directory: Path) -> Opinions:
    """Of one worker: the engines that `[checks.second_opinion]` names.

    Args:
        directory: where large messages may be copied to.
    """
    section = settings.checks.sections()["second_opinion"]
    names = section.engines if isinstance(section, OpinionsWanted) and section.enabled else ()
    asked = {name: settings.engines[name] for name in names}
    hostname = settings.gateway.hostname
    desks = {
        name: opinion_desk(name, made_with, hostname, clock)
        for name, made_with in asked.items()
        if isinstance(made_with, OpinionSettings)
    }
    return Opinions(desks, directory)


def rule_directories(settings: Settings) -> tuple[Path, ...]:
    """Of the YARA rules that are matched beside our own, where a message is looked into."""
    section = antivirus_settings(settings)
    named = [settings.engines[name] for name in section.engines] if section.enabled else []
    found = [path for engine in named if isinstance(engine, YaraSettings) for path in engine.paths]
    return tuple(dict.fromkeys(found))


def watch_engines(desks: Desks, oldest: float, alarms: Alarms, clock: Clock) -> None:
    """Every second: who gives no answer, and whose signatures are older than `oldest` seconds."""
    for name, desk in desks.by_name.items():
        raise_or_clear(alarms, f"engine.{name}", f"Antivirus engine gives no answer: {desk.problem}", desk.problem)
        age = clock.now() - desk.signatures if desk.signatures else 0.0
        text = f"Signatures of antivirus engine {name} are {age / DAY:.0f} days old"
        raise_or_clear(alarms, f"engine.{name}.signatures", text, age > oldest)


def watch_opinions(opinions: Opinions, alarms: Alarms) -> None:
    """Every second: who gives no answer."""
    for name, desk in opinions.by_name.items():
        raise_or_clear(alarms, f"engine.{name}", f"Spam engine gives no answer: {desk.problem}", desk.problem)


def raise_or_clear(alarms: Alarms, key: str, text: str, is_up: object) -> None:
    if is_up:
        alarms.raise_alarm(key, text)
    else:
        alarms.all_clear(key)
