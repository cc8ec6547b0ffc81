"""Do the spam engines answer, and do they know the test message?"""

import asyncio

from gatepost.adapters.engines.opinion_desk import opinion_desk
from gatepost.adapters.engines.opinion_settings import OpinionSettings
from gatepost.adapters.engines.opinion_survey import consult
from gatepost.config.findings import finding
from gatepost.config.lint_engines import engines_asked
from gatepost.config.load import Loaded
from gatepost.config.problems import Problem, Severity
from gatepost.config.source import Path
from gatepost.gateway.clock import SystemClock
from gatepost.model.check import FailMode
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion


async def probe_opinions(loaded: Loaded) -> list[Problem]:
    """Each that is asked is shown GTUBE; nothing else is sent."""
    engines = loaded.settings.engines
    names = [name for name in engines_asked(loaded, "second_opinion") if isinstance(engines[name], OpinionSettings)]
    said = await asyncio.gather(*(asked(loaded, name) for name in names))
    return [told(loaded, name, answer) for name, answer in zip(names, said, strict=True)]


async def asked(loaded: Loaded, name: str) -> SecondOpinion | NoOpinion:
    settings = loaded.settings.engines[name]
    if not isinstance(settings, OpinionSettings):
        raise TypeError(name)
    return await consult(opinion_desk(name, settings, loaded.settings.gateway.hostname, SystemClock()))


def told(loaded: Loaded, name: str, answer: SecondOpinion | NoOpinion) -> Problem:
    path: Path = ("engines", name, "")
    if isinstance(answer, NoOpinion):
        mode = loaded.settings.checks.sections()["second_opinion"].if_unavailable
        waits = mode not in (None, FailMode.OPEN)
        so = f"if_unavailable = {mode.value} holds for every message" if waits and mode else "mail is judged without it"
        fix = "Start it, correct its address, or give this user the right to connect."
        severity = Severity.ERROR if waits else Severity.WARNING
        return finding(loaded, "engine.silent", path, f"gives no answer ({answer.reason}): {so}", fix, severity)
    if not answer.is_spam:
        message = f"does not take the GTUBE test message for spam ({answer.score:g} of {answer.threshold:g})"
        fix = "See that it has its rules (sa-update; rspamadm configtest), and that GTUBE is not switched off in it."
        return finding(loaded, "engine.blind", path, message, fix)
    message = "answers and knows the GTUBE test message"
    return finding(loaded, "engine.works", path, message, "", Severity.INFO)
