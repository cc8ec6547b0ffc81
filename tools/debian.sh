#!/usr/bin/env bash
# Installs the Debian packages named, without letting any of them start a service.
#
#   tools/debian.sh PACKAGE…
#
# Quick when all are there. Ends with 3, and says what to type, where it may not or cannot install.
set -euo pipefail

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
if command -v dpkg-query >/dev/null; then
    for package; do is_installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} -eq 0 ] && exit 0
else
    missing=("$@")
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "needed, and not installed for want of root or apt: apt-get install ${missing[*]}" >&2
    exit 3
fi

# One at a time: two installations at once would fight over the policy file.
exec 9>/run/lock/gatepost-debian.lock
flock 9

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" # 101: starting is forbidden (invoke-rc.d(8))
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
debconf-set-selections <<'ANSWERS' || true
postfix postfix/main_mailer_type select Local only
postfix postfix/mailname string localhost
slapd slapd/no_configuration boolean true
ANSWERS
install=(apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}")
"${install[@]}" >&2 9>&- || { apt-get update -q >&2 9>&- && "${install[@]}" >&2 9>&-; }
