#!/usr/bin/env bash
# Installs the real servers and clients that tests talk to. None of them is started: tests run their own, privately.
#
# Without root or apt it says what is missing and ends well: the tests that need it skip with the same words
# (with CI=true they fail instead).
set -euo pipefail
packages=(
    postfix                                                                # sends, receives, smtp-source, smtp-sink, and is the peer of `make bench`
    swaks libnet-ssleay-perl libnet-dns-perl libauthen-sasl-perl           # swaks with TLS and AUTH
    slapd ldap-utils                                                       # an OpenLDAP directory
    samba samba-common-bin samba-ad-provision samba-dsdb-modules python3-samba # an Active Directory domain controller
    openssl                                                                # s_client
    procps                                                                 # ps
)
status=0
"$(dirname "$0")/../../tools/debian.sh" "${packages[@]}" || status=$?
if [ "$status" -eq 3 ] && [ "${CI:-}" != true ]; then exit 0; fi
exit "$status"
