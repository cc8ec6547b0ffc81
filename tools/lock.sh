#!/usr/bin/env bash
# Writes the lock files from pyproject.toml (docs/design/0002-lock-file.md). What it writes names no host.
#
#   tools/lock.sh            add what is missing, keep what is pinned
#   tools/lock.sh --upgrade  newest versions
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # OUTPUT ARGUMENT…
    local output=$1
    shift
    # Settings of this machine (mirrors, directories of wheels) must not end in the file.
    env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u UV_FIND_LINKS \
        .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@" --output-file "$output"
}

# Everything together first, so that what the files share has one version in all of them.
[ "${1:-}" = --upgrade ] || cat requirements/*.lock 2>/dev/null |
    sed -n 's/^\([a-z0-9._-]*==[^ ]*\).*/\1/p' | sort -u >"$work/all.lock" || true
groups=(--group build --group dev --group test --group fuzz)
compile "$work/all.lock" pyproject.toml --extra ldap "${groups[@]}"

compile requirements/run.lock -c "$work/all.lock" pyproject.toml
compile requirements/build.lock -c "$work/all.lock" --group build
compile requirements/dev.lock -c "$work/all.lock" pyproject.toml --group build --group dev --group test
compile requirements/ldap.lock -c "$work/all.lock" pyproject.toml --extra ldap
compile requirements/fuzz.lock -c "$work/all.lock" --group fuzz

if grep -n '://' requirements/*.lock; then
    echo "lock: a lock file must not name a host" >&2
    exit 1
fi
