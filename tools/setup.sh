#!/usr/bin/env bash
# Makes a virtual environment with `gatepost` in it, from the lock files and nothing else.
#
#   tools/setup.sh [VENV]        for development: all tools, the project itself editable
#   tools/setup.sh --run VENV    for a server: what the gateway needs, the project as a wheel
#
# Needs Python 3.11 or newer. The extra `ldap` has no wheel: it is built where compiler and headers are or can be
# installed, and else left out with a word about it (in CI that is an error). PYTHON=… chooses the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=develop
[ "${1:-}" = --run ] && { purpose=run; shift; }
venv=${1:-.venv}
bootstrap_packages=(python3-venv)
ldap_packages=(gcc libc6-dev python3-dev libldap2-dev libsasl2-dev)
is_ci() { [ "${CI:-}" = true ]; }

python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
    done
fi
[ -n "$python" ] || { echo "setup: no Python 3.11 or newer on PATH (or set PYTHON=…)" >&2; exit 1; }

if [ ! -x "$venv/bin/python" ]; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || tools/debian.sh "${bootstrap_packages[@]}"
    "$python" -m venv "$venv"
fi
pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
locked() { "${pip[@]}" install --require-hashes --no-build-isolation -r "$1"; }

has_ldap_headers() {
    command -v "${CC:-cc}" >/dev/null || return 1
    local include
    include=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    printf '#include <Python.h>\n#include <ldap.h>\n#include <sasl/sasl.h>\n' |
        "${CC:-cc}" -E -I"$include" - >/dev/null 2>&1
}

install_ldap() {
    has_ldap_headers || tools/debian.sh "${ldap_packages[@]}" || return 1
    locked requirements/ldap.lock
}

if [ "$purpose" = develop ]; then
    locked requirements/dev.lock
    "${pip[@]}" install --no-deps --no-build-isolation --editable .
else
    locked requirements/build.lock
    locked requirements/run.lock
    "${pip[@]}" install --no-deps --no-build-isolation --force-reinstall .
fi

if ! install_ldap; then
    echo "setup: the extra 'ldap' is left out: directories of type ldap will not work." >&2
    echo "setup: for it, apt-get install ${ldap_packages[*]}, then again." >&2
    is_ci && exit 1
fi
"$venv/bin/python" -c 'import gatepost'
