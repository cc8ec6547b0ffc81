"""What a test needs of the machine: said when it skips; a failure in CI (CI=true), where nothing may be missing."""

import os
import shutil
from collections.abc import Mapping

import pytest

SYSTEM_PATHS = ":/usr/local/sbin:/usr/sbin:/sbin"  # where servers are, though not on everybody's PATH
PACKAGE_OF = {
    "postfix": "postfix",
    "smtp-source": "postfix",
    "smtp-sink": "postfix",
    "swaks": "swaks",
    "openssl": "openssl",
    "slapd": "slapd",
    "ldapsearch": "ldap-utils",
    "samba": "samba",
    "samba-tool": "samba-common-bin",
    "unbound": "unbound",
    "clamd": "clamav-daemon",
    "rspamd": "rspamd",
    "redis-server": "redis-server",
    "spamd": "spamd",
    "7zz": "7zip",
    "c-icap": "libc-icap-mod-virus-scan",
    "mkfs.fat": "dosfstools",
    "mcopy": "mtools",
    "mmd": "mtools",
    "mdel": "mtools",
    "mkfs.exfat": "exfatprogs",
    "mkntfs": "ntfs-3g",
    "ntfscp": "ntfs-3g",
    "mkudffs": "udftools",
    "genisoimage": "genisoimage",
    "qemu-img": "qemu-utils",
}


def absent(reason: str) -> None:
    """Skip, or fail in CI, with the reason."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """Path of a program that a Debian package brings."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + SYSTEM_PATHS)
    if found is None:
        absent(f"needs {name}: apt-get install {PACKAGE_OF.get(name, name)}")
    return found or ""


def root(what: str) -> None:
    """`what` runs only as root."""
    if os.geteuid() != 0:
        absent(f"needs root: {what}")


def environment() -> Mapping[str, str]:
    """What a server is started with: nothing of the developer's settings."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin" + SYSTEM_PATHS, "LC_ALL": "C.UTF-8", "HOME": "/"}
