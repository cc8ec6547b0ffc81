"""Are the files that the configuration names there, readable by the gateway and by nobody they should not be?"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path as FilePath

from pydantic import BaseModel

from gatepost.auth.dkim.sign import private_key
from gatepost.config.findings import finding
from gatepost.config.load import Loaded
from gatepost.config.problems import SECRET_KEY, Problem, Severity
from gatepost.config.source import Path
from gatepost.gateway.certificate import BadCertificate, read_certificate
from gatepost.gateway.tls import ServerTls
from gatepost.syntax.bad_syntax import BadSyntax

WRITTEN = {("gateway", "data_dir"), ("log", "path"), ("log", "w3c", "path")}
"""Paths that the gateway writes: their directories are looked at when it starts."""

DAY = 86_400.0
EXPIRES_SOON = 14 * DAY  # seconds; renewal by ACME is due at 30 days

Named = tuple[Path, FilePath]


def lint_files(loaded: Loaded) -> Iterator[Problem]:
    """Every file that is named and is read."""
    yield from own_mode(loaded)
    for path, file in named_files(loaded.settings, ()):
        if path not in WRITTEN:
            yield from lint_file(loaded, path, file)
    yield from certificates(loaded)
    yield from seals(loaded)


def named_files(value: object, path: Path) -> Iterator[Named]:
    """Settings of type `Path`, and texts whose key ends in `_file`, wherever they are."""
    if isinstance(value, FilePath):
        yield path, value
    elif isinstance(value, str) and path and str(path[-1]).endswith("_file"):
        yield path, FilePath(value)
    else:
        for key, inner in inside(value):
            yield from named_files(inner, (*path, key))


def inside(value: object) -> list[tuple[str | int, object]]:
    """Keys and values one level below, by the names they have in the file."""
    if isinstance(value, BaseModel):
        return [(info.alias or name, getattr(value, name)) for name, info in type(value).model_fields.items()]
    if isinstance(value, dict):
        return [(str(key), inner) for key, inner in value.items()]
    return list(enumerate(value)) if isinstance(value, tuple | list) else []


def lint_file(loaded: Loaded, path: Path, file: FilePath) -> Iterator[Problem]:
    is_secret = holds_secret(path)
    name = "the file" if is_secret and not os.path.isdir(file.parent) else str(file)  # it might be the secret itself
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        fix = "Write the file, or correct its name."
        yield finding(loaded, "file.missing", path, f"{name} does not exist", fix, Severity.ERROR)
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is not the name of a file"
        fix = "Correct its name, or the modes of the directories above it."
        yield finding(loaded, "file.unreadable", path, f"{name} cannot be read: {reason}", fix, Severity.ERROR)
        return
    if stat.S_ISDIR(mode):
        yield finding(loaded, "file.directory", path, f"{name} is a directory", "Name a file in it.", Severity.ERROR)
        return
    yield from exposed(loaded, path, file, mode if is_secret else mode & ~stat.S_IROTH)
    if not os.access(file, os.R_OK, effective_ids=True):
        fix = "Run the check as the gateway's user, or change the file's mode."
        yield finding(loaded, "file.unreadable", path, f"this user may not read {name}", fix)
    if path[-1] == "command" and not os.access(file, os.X_OK, effective_ids=True):
        message, fix = f"{name} is not executable", f"Run: chmod +x {file}"
        yield finding(loaded, "file.not-a-program", path, message, fix, Severity.ERROR)


def exposed(loaded: Loaded, path: Path, file: FilePath, mode: int) -> Iterator[Problem]:
    if mode & stat.S_IWOTH:
        message, fix = f"every user of this machine can write {file}", f"Run: chmod o-w {file}"
        yield finding(loaded, "file.exposed", path, message, fix)
    elif mode & stat.S_IROTH:
        message, fix = f"every user of this machine can read {file}", f"Run: chmod o= {file}"
        yield finding(loaded, "file.exposed", path, message, fix)


def holds_secret(path: Path) -> bool:
    return path[-1] in ("key", "key_file") or SECRET_KEY.search(str(path[-1])) is not None


def own_mode(loaded: Loaded) -> Iterator[Problem]:
    try:
        mode = os.stat(loaded.source.file).st_mode
    except OSError:
        return
    if mode & stat.S_IWOTH:
        yield finding(
            loaded,
            "file.exposed",
            ("",),
            "every user of this machine can write the configuration",
            f"Run: chmod o-w {loaded.source.file}",
            Severity.ERROR,
        )


def certificates(loaded: Loaded) -> Iterator[Problem]:
    """Whether each pair belongs together and can be used."""
    for name, listener in loaded.settings.listeners.items():
        for i, pair in enumerate(listener.tls.certificates):
            path: Path = ("listeners", name, "tls", "certificates", i, "certificate")
            yield from pair_of(loaded, path, pair.certificate, pair.key)
    for name, backend in loaded.settings.backends.items():
        if backend.client_certificate is not None:
            path = ("backends", name, "client_certificate", "certificate")
            yield from pair_of(loaded, path, backend.client_certificate.certificate, backend.client_certificate.key)


def seals(loaded: Loaded) -> Iterator[Problem]:
    """Whether each key that seals is one."""
    for name, listener in loaded.settings.listeners.items():
        made_with = listener.headers.arc_seal
        if made_with is None or not os.access(made_with.key, os.R_OK, effective_ids=True):
            continue  # said already
        try:
            private_key(made_with.key.read_bytes())
        except (BadSyntax, OSError) as error:
            path: Path = ("listeners", name, "headers", "arc_seal", "key")
            fix = "Name the PEM file of an RSA or Ed25519 key; it has no passphrase."
            yield finding(loaded, "file.key", path, str(error), fix, Severity.ERROR)


def pair_of(loaded: Loaded, path: Path, file: FilePath, key: FilePath) -> Iterator[Problem]:
    if not (os.access(file, os.R_OK, effective_ids=True) and os.access(key, os.R_OK, effective_ids=True)):
        return  # said already
    try:
        ServerTls([(str(file), str(key))])
    except BadCertificate as error:
        fix = "Name the PEM file of a certificate and the key it was made for; the key has no passphrase."
        yield finding(loaded, "file.certificate", path, str(error), fix, Severity.ERROR)


def expiring(loaded: Loaded, now: float) -> Iterator[Problem]:
    """Certificates that have run out or soon will."""
    for name, listener in loaded.settings.listeners.items():
        for i, pair in enumerate(listener.tls.certificates):
            try:
                left = read_certificate(str(pair.certificate), str(pair.key)).expires - now
            except BadCertificate:
                continue  # said already
            if left < EXPIRES_SOON:
                path: Path = ("listeners", name, "tls", "certificates", i, "certificate")
                when = f"expires in {left / DAY:.0f} days" if left > 0 else "has expired"
                severity = Severity.WARNING if left > 0 else Severity.ERROR
                yield finding(
                    loaded,
                    "file.expires",
                    path,
                    f"{pair.certificate} {when}",
                    "Renew it; it is taken into use when the file changes.",
                    severity,
                )
