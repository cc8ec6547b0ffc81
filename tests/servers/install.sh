#!/usr/bin/env bash
# Installs the real servers, clients and tools that tests use. None of them is started: tests run their own, privately.
#
# Without root or apt it says what is missing and ends well: the tests that need it skip with the same words
# (with CI=true they fail instead).
set -euo pipefail
packages=(
    # sends, receives, smtp-source, smtp-sink; and the peer of `make bench`
    postfix
    # swaks with TLS and AUTH
    swaks libnet-ssleay-perl libnet-dns-perl libauthen-sasl-perl
    # an OpenLDAP directory
    slapd ldap-utils
    # an Active Directory domain controller
    samba samba-common-bin samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba
    # a recursive resolver, as it should stand beside the gateway
    unbound
    # an antivirus engine, and an ICAP server in front of one
    clamav-daemon c-icap libc-icap-mod-virus-scan
    # other spam engines: asked for a second opinion, and to compare with
    rspamd redis-server spamassassin spamd
    # makes archives that nothing else here can make
    7zip
    # what the program of Exim needs, see below
    adduser libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0
    openssl procps
    # no servers: what makes images of disks, for the tests that look into them
    dosfstools mtools exfatprogs ntfs-3g udftools genisoimage qemu-utils
)
status=0
"$(dirname "$0")/../../tools/debian.sh" "${packages[@]}" || status=$?
if [ "$status" -eq 3 ] && [ "${CI:-}" != true ]; then exit 0; fi
[ "$status" -eq 0 ] || exit "$status"

# Exim is the MTA that sends by BDAT. It cannot be installed beside Postfix: its program alone is unpacked, and the
# user is made without whom it does not start.
exim=/var/cache/gatepost-tests/exim
if [ ! -x "$exim/usr/sbin/exim4" ] && [ "$(id -u)" -eq 0 ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    chmod 777 "$work" # apt downloads as a user of its own
    (cd "$work" && { apt-get download -qq exim4-daemon-light || { apt-get update -qq && apt-get download -qq exim4-daemon-light; }; }) >&2
    mkdir -p "$exim"
    dpkg-deb -x "$work"/exim4-daemon-light_*.deb "$exim"
fi
if ! getent passwd Debian-exim >/dev/null && [ "$(id -u)" -eq 0 ]; then
    adduser --system --group --quiet --home /nonexistent --no-create-home --allow-bad-names Debian-exim >&2
fi
