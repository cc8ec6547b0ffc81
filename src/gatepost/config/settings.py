"""The whole configuration: the settings models of all parts, under the section names of the file."""

from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model

from gatepost.adapters.backend.settings import BackendSettings, host_port
from gatepost.adapters.directory_callout import CalloutSettings
from gatepost.adapters.directory_file import FileSettings
from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.adapters.dmarc_reports.settings import DmarcReportSettings
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.adapters.engines.opinion_settings import RspamdSettings, SpamdSettings
from gatepost.adapters.engines.settings import ClamdSettings, CommandSettings, IcapSettings, YaraSettings
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.adapters.journal.settings import JournalSettings, LogSettings
from gatepost.adapters.quarantine.settings import QuarantineSettings
from gatepost.engine.catalogue import check_classes, config_class
from gatepost.gateway.listener_settings import ListenerSettings
from gatepost.gateway.settings import DomainSettings, GatewaySettings, Section
from gatepost.model.check_settings import CheckSettings
from gatepost.policy.settings import PolicySettings
from gatepost.syntax.bad_syntax import BadSyntax
from gatepost.syntax.domain import domain

ProfileName = Literal["recommended", "aggressive", "monitor"]
EngineSettings = Annotated[
    ClamdSettings | IcapSettings | YaraSettings | CommandSettings | RspamdSettings | SpamdSettings,
    Field(discriminator="type"),
]
DirectorySettings = Annotated[FileSettings | LdapSettings | CalloutSettings, Field(discriminator="type")]


def domain_key(value: str) -> str:
    """The one spelling of a domain: lower-case A-labels."""
    try:
        name = domain(value)
    except BadSyntax as error:
        raise ValueError(
            f'"{value}" is no domain ({error.reason}): write one such as [domains."example.com"]'
        ) from None
    if name.startswith("["):
        raise ValueError(f'"{value}" is an address: write a domain such as [domains."example.com"]')
    return name


def backend_host(value: str) -> str:
    """One host of a backend, as it is written."""
    return str(host_port(value))


DomainName = Annotated[str, AfterValidator(domain_key)]


class CheckSections(Section):
    """Section `[checks]`: one section for each check that is installed."""

    def sections(self) -> dict[str, CheckSettings]:
        """Every check's settings by its name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Settings(Section):
    """Keys and sections; a section that is left out has its defaults."""

    profile: ProfileName = Field(
        "recommended",
        description="What the defaults are: recommended (today's senders survive it), aggressive (the numbers of the "
        "hardening paper), monitor (recommended, but checks and rules only record).",
    )
    gateway: GatewaySettings = Field(description="The gateway as a whole.")
    dns: DnsSettings = Field(
        default_factory=lambda: DnsSettings.model_validate({}), description="The resolvers that are asked."
    )
    backends: dict[str, BackendSettings] = Field(default_factory=dict, description="The mail servers behind it.")
    domains: dict[DomainName, DomainSettings] = Field(
        default_factory=dict, description="The domains whose mail is taken."
    )
    directories: dict[str, DirectorySettings] = Field(
        default_factory=dict, description="What knows the recipients of a domain."
    )
    inspection: InspectionSettings = Field(
        default_factory=lambda: InspectionSettings.model_validate({}), description="Looking into messages."
    )
    engines: dict[str, EngineSettings] = Field(
        default_factory=dict,
        description="The antivirus and spam engines; `[checks.antivirus]` and "
        "`[checks.second_opinion]` say which are asked.",
    )
    listeners: dict[str, ListenerSettings] = Field(description="The virtual servers.")
    checks: CheckSections = Field(
        default_factory=CheckSections, description="The checks; every one can be switched off."
    )
    policy: PolicySettings = Field(
        default_factory=lambda: PolicySettings.model_validate({}), description="What follows from what checks find."
    )
    quarantine: QuarantineSettings = Field(
        default_factory=lambda: QuarantineSettings.model_validate({}), description="Messages that a rule holds."
    )
    dmarc_reports: DmarcReportSettings = Field(
        default_factory=lambda: DmarcReportSettings.model_validate({}),
        description="The DMARC aggregate reports that are sent.",
    )
    log: LogSettings = Field(default_factory=LogSettings, description="The log.")
    journal: JournalSettings = Field(default_factory=JournalSettings, description="The record of transactions.")


@lru_cache(maxsize=1)
def settings_model() -> type[Settings]:
    """`Settings` with the sections of all checks that are installed."""
    definitions: dict[str, Any] = {  # pydantic's own type for them
        name: (config, Field(default_factory=config, description=first_line(config)))
        for name, config in sorted({cls.spec.settings: config_class(cls) for cls in check_classes().values()}.items())
    }
    sections = create_model("Checks", __base__=CheckSections, **definitions)
    return create_model(
        "Settings",
        __base__=Settings,
        __doc__=Settings.__doc__,
        checks=(sections, Field(default_factory=sections, description=Settings.model_fields["checks"].description)),
    )


def first_line(model: type[object]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]
