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
bootstrap_packages=(python3-venv python3-dev)
content_packages=(libmagic1 libarchive13) # what looks into attachments
ldap_packages=(gcc libc6-dev python3-dev libldap2-dev libsasl2-dev)
is_ci() { [ "${CI:-}" = true ]; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
# Distributions build their interpreter with profile and link time optimization, version managers often do not: that is
# a quarter of the CPU per message. So an optimized one goes first, wherever it stands on PATH.
is_optimized() { "$1" -c 'import sysconfig, sys; sys.exit("--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))'; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

python=${PYTHON:-}
if [ -z "$python" ]; then
    candidates=(/usr/bin/python3.11 /usr/bin/python3.12 /usr/bin/python3.13 /usr/bin/python3 python3.11 python3.12 python3.13 python3)
    if [ ! -x "$venv/bin/python" ] && [ "$(id -u)" -eq 0 ]; then
        tools/debian.sh "${bootstrap_packages[@]}" || true
    fi
    for candidate in "${candidates[@]}"; do
        if is_new_enough "$candidate" && is_optimized "$candidate" && can_make_venv "$candidate"; then python=$candidate; break; fi
    done
    for candidate in "${candidates[@]}"; do
        [ -z "$python" ] && is_new_enough "$candidate" && python=$candidate
    done
fi
[ -n "$python" ] || { echo "setup: no Python 3.11 or newer on PATH (or set PYTHON=…)" >&2; exit 1; }

if [ ! -x "$venv/bin/python" ]; then
    can_make_venv "$python" || tools/debian.sh "${bootstrap_packages[@]}"
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

has_content_libraries() {
    "$venv/bin/python" -c 'import ctypes.util, sys; sys.exit(not (ctypes.util.find_library("magic") and ctypes.util.find_library("archive")))'
}
if ! has_content_libraries && ! tools/debian.sh "${content_packages[@]}"; then
    echo "setup: without libmagic and libarchive nothing can look into attachments: such mail would be put off." >&2
    is_ci && exit 1
fi

if ! install_ldap; then
    echo "setup: the extra 'ldap' is left out: directories of type ldap will not work." >&2
    echo "setup: for it, apt-get install ${ldap_packages[*]}, then again." >&2
    is_ci && exit 1
fi
"$venv/bin/python" -c 'import gatepost'
