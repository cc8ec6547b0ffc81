"""Certificates for one test run: an authority of our own, server certificates on disk, and a wrong one."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """Files in PEM.

    Args:
        chain: certificate first, then its chain.
        both: key and chain in one file, as Postfix wants it.
        authority: that a client has to trust.
    """

    chain: Path
    key: Path
    both: Path
    authority: Path


class Authority:
    """Issues certificates into a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.authority = trustme.CA()
        self.path = directory / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.path))

    def issue(self, *names: str, key_type: trustme.KeyType = trustme.KeyType.ECDSA) -> Certificate:
        """For host names or addresses."""
        issued = self.authority.issue_cert(*names, key_type=key_type)
        stem = f"{names[0].replace('*', 'any')}-{key_type.name.lower()}"
        chain, key, both = (self.directory / f"{stem}.{kind}" for kind in ("crt", "key", "pem"))
        made = Certificate(chain, key, both, self.path)
        made.chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        for path, octets in ((made.key, b""), (made.both, made.chain.read_bytes())):
            path.touch(mode=0o600)
            path.write_bytes(issued.private_key_pem.bytes() + octets)
        return made
