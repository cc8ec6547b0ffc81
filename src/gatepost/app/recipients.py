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


def ldap_socket(data_dir: Path, name: str, generation: int) -> Path:
    """Where the process of an LDAP directory listens; each generation of the configuration has its own."""
    return data_dir / "run" / f"directory.{name}.{generation}.sock"


def directories_of(
    settings: Settings, backends: Mapping[str, Backend], clock: Clock, generation: int
) -> dict[str, Directory]:
    """Every `[directories.<name>]` that some domain asks."""
    wanted = dict.fromkeys(d.recipients for d in settings.domains.values() if d.recipients != "any")
    return {
        name: directory(
            settings.directories[name], ldap_socket(settings.gateway.data_dir, name, generation), backends, clock
        )
        for name in wanted
    }


def directory(section: DirectorySettings, path: Path, backends: Mapping[str, Backend], clock: Clock) -> Directory:
    """`path`: of the socket of its process, if it is one that has a process."""
    source: Directory
    match section:
        case FileSettings():
            return FileDirectory(section)
        case LdapSettings():
            source = LdapDirectory(path, section.timeout, clock)
        case CalloutSettings():
            source = CalloutDirectory(backends[section.backend])
    return CachedDirectory(
        source, clock, positive_ttl=section.positive_ttl, negative_ttl=section.negative_ttl,
        keep_when_down=section.keep_when_down, size=section.cache_size,
    )  # fmt: skip


def problem_of(directory: Directory) -> str:
    """For an alarm: why a directory is not what it should be; "" if all is well."""
    source = directory.source if isinstance(directory, CachedDirectory) else directory
    return source.problem if isinstance(source, FileDirectory | LdapDirectory) else ""


def recipients_of(settings: Settings, directories: Mapping[str, Directory]) -> Recipients:
    return Recipients(
        {
            name: DomainRecipients(directories.get(domain.recipients), domain.subaddressing)
            for name, domain in settings.domains.items()
        }
    )
