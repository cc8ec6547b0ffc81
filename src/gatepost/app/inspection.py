"""Settings to what looks into messages, with the rules of the operator's."""

from collections.abc import Awaitable

from gatepost.adapters.inspection.embedded_rules import BadRules, signature
from gatepost.adapters.inspection.inspector import ContentInspector
from gatepost.app.engines import rule_directories
from gatepost.config.settings import Settings
from gatepost.model.inspection import Inspection
from gatepost.model.message import Message
from gatepost.ports.alarms import Alarms

ALARM = "inspection.rules"


class WatchedInspector:
    """An `Inspector` whose rules are read again when their files change. One per worker; owned by its event loop.

    Raises:
        ValueError: a rule is wrong.
        OSError: a file cannot be read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.inspection
        self.places = rule_directories(settings)
        self.read = signature(self.places)
        self.inspector = ContentInspector(self.settings, self.places)

    def inspect(self, message: Message) -> Inspection | Awaitable[Inspection]:
        """Raises `Unavailable`."""
        return self.inspector.inspect(message)

    def watch(self, alarms: Alarms) -> None:
        """Every second: rules that cannot be used leave the former ones in force."""
        if not self.places:
            return
        try:
            now = signature(self.places)
            if now != self.read:
                former, self.read = self.inspector, now
                self.inspector = ContentInspector(self.settings, self.places)
                former.close()
                alarms.all_clear(ALARM, "The new YARA rules are in force")
        except (BadRules, OSError) as error:
            alarms.raise_alarm(ALARM, f"The YARA rules cannot be used, the former ones stay in force: {error}")

    def close(self) -> None:
        self.inspector.close()
