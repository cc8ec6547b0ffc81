"""Settings to directories: who is asked whether a recipient exists."""

from collections.abc import Mapping
from pathlib import Path

from gatepost.adapters.directory_callout import CalloutDirectory, CalloutSettings
from gatepost.adapters.directory_file import FileDirectory, FileSettings
from gatepost.adapters.directory_ldap.client import LdapDirectory
from gatepost.adapters.directory_ldap.settings import LdapSettings
from gatepost.config.settings import DirectorySettings, Settings
from gatepost.gateway.directory_cache import CachedDirectory
from gatepost.gateway.recipients import DomainRecipients, Recipients
from gatepost.ports.backend import Backend
from gatepost.ports.clock import Clock
from gatepost.ports.directory import Directory


def ldap_socket(data_dir: Path, name: str) -> Path:
    """Where the process of an LDAP directory listens."""
    return data_dir / "run" / f"directory.{name}.sock"


def directories_of(settings: Settings, backends: Mapping[str, Backend], clock: Clock) -> dict[str, Directory]:
    """Every `[directories.<name>]` that some domain asks."""
    wanted = dict.fromkeys(d.recipients for d in settings.domains.values() if d.recipients != "any")
    return {name: directory(settings, name, settings.directories[name], backends, clock) for name in wanted}


def directory(
    settings: Settings, name: str, section: DirectorySettings, backends: Mapping[str, Backend], clock: Clock
) -> Directory:
    source: Directory
    match section:
        case FileSettings():
            return FileDirectory(section)
        case LdapSettings():
            source = LdapDirectory(ldap_socket(settings.gateway.data_dir, name), section.timeout, clock)
        case CalloutSettings():
            source = CalloutDirectory(backends[section.backend])
    return CachedDirectory(
        source, clock, positive_ttl=section.positive_ttl, negative_ttl=section.negative_ttl,
        keep_when_down=section.keep_when_down, size=section.cache_size,
    )  # fmt: skip


def recipients_of(settings: Settings, directories: Mapping[str, Directory]) -> Recipients:
    return Recipients(
        {
            name: DomainRecipients(directories.get(domain.recipients), domain.subaddressing)
            for name, domain in settings.domains.items()
        }
    )
