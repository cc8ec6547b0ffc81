"""What can be said of a DKIM signature, and why (RFC 8601 §2.7.1, RFC 6376 §6.1)?"""

from enum import Enum

from msgspec import Struct


class Result(Enum):
    """As Authentication-Results says it (RFC 8601 §2.7.1). A message without signatures has no result at all."""

    PASS = "pass"  # noqa: S105 - a word of the protocol
    FAIL = "fail"  # it does not hold
    NEUTRAL = "neutral"  # it asks for something that we do not implement
    POLICY = "policy"  # it may hold, but does not count here
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Reason(Enum):
    """Why the result is what it is: the result and a short phrase of ours."""

    VERIFIED = (Result.PASS, "verified")

    BODY = (Result.FAIL, "body hash does not match")
    SHORT_BODY = (Result.FAIL, "body shorter than l=")
    SIGNATURE = (Result.FAIL, "signature does not match")

    UNKNOWN_ALGORITHM = (Result.NEUTRAL, "a= not implemented")
    UNKNOWN_FORM = (Result.NEUTRAL, "c= not implemented")
    UNKNOWN_QUERY = (Result.NEUTRAL, "q= not implemented")

    OVER_LIMIT = (Result.POLICY, "not verified: over the limit")
    PARTIAL_BODY = (Result.POLICY, "l= leaves a part of the body unsigned")
    FUTURE = (Result.POLICY, "t= is in the future")
    PUBLIC_SUFFIX = (Result.POLICY, "d= is a public suffix")
    SHORT_KEY = (Result.POLICY, "key too short")
    LONG_KEY = (Result.POLICY, "key too long")
    EXPONENT = (Result.POLICY, "key has a bad exponent")
    OTHER_LOCAL_PART = (Result.POLICY, "key is for other local parts")
    TESTING = (Result.POLICY, "verified, but the key is in testing mode")

    NO_ANSWER = (Result.TEMPERROR, "no answer to the query for the key")

    TAGS = (Result.PERMERROR, "not a list of tags")
    MISSING_TAG = (Result.PERMERROR, "a required tag is missing")
    VERSION = (Result.PERMERROR, "bad v=")
    DOMAIN = (Result.PERMERROR, "bad d=")
    SELECTOR = (Result.PERMERROR, "bad s=")
    IDENTITY = (Result.PERMERROR, "bad i=")
    ALIEN_IDENTITY = (Result.PERMERROR, "i= is not within d=")
    NAMES = (Result.PERMERROR, "bad h=")
    MANY_NAMES = (Result.PERMERROR, "too many names in h=")
    FROM_UNSIGNED = (Result.PERMERROR, "From is not signed")
    BASE64 = (Result.PERMERROR, "bad b= or bh=")
    NUMBER = (Result.PERMERROR, "bad t=, x= or l=")
    SHA1 = (Result.PERMERROR, "rsa-sha1 is no longer valid")
    EXPIRED = (Result.PERMERROR, "expired")
    NO_KEY = (Result.PERMERROR, "no key")
    BAD_KEY = (Result.PERMERROR, "bad key record")
    REVOKED = (Result.PERMERROR, "key revoked")
    OTHER_ALGORITHM = (Result.PERMERROR, "key is for another algorithm")
    OTHER_HASH = (Result.PERMERROR, "key is for another hash")
    OTHER_SERVICE = (Result.PERMERROR, "key is not for mail")
    STRICT = (Result.PERMERROR, "key is not for subdomains")

    @property
    def result(self) -> Result:
        return self.value[0]

    @property
    def text(self) -> str:
        return self.value[1]


class Algorithm(Enum):
    """What made the signature (RFC 6376 §3.3, RFC 8463); `rsa-sha1` never verifies (RFC 8301 §3.1)."""

    RSA_SHA256 = "rsa-sha256"
    ED25519_SHA256 = "ed25519-sha256"
    RSA_SHA1 = "rsa-sha1"


class BadSignature(ValueError):
    """The signature, or its key, cannot pass for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


class DkimLimits(Struct, frozen=True, kw_only=True):
    """How much a message may ask for, and what counts.

    Args:
        signatures: verified at most, each for one query and one public-key operation.
        skew: seconds that a signer's clock may be ahead of ours.
        shortest: bits of an RSA key (RFC 8301 §3.2).
        longest: bits of an RSA key; the time to verify grows with their square.
    """

    signatures: int = 8
    skew: float = 300.0
    shortest: int = 1024
    longest: int = 4096


class DkimResult(Struct, frozen=True, kw_only=True):
    """One signature of a message. What is not known of it is "" or 0.

    Args:
        domain: d=, lower-case A-labels.
        selector: s=, likewise.
        identity: i= or what stands for it; the local part as sent, not to be repeated unquoted.
        start: of b=, enough to tell signatures of a message apart (RFC 6008).
        signed: names in h=, lower-case, in order and as often as there.
        time: t=, seconds since 1970.
        key_bits: of the key's modulus; 256 for Ed25519.
        is_testing: the key says t=y, so that neither its failure nor its success means anything (RFC 6376 §3.6.1).
        from_is_oversigned: another From would break the signature.
        unsigned_copies: names signed less often than there are such fields: a reader may show what was not signed.
        unsigned_octets: of the body behind l=.
    """

    reason: Reason
    domain: str = ""
    selector: str = ""
    identity: str = ""
    algorithm: Algorithm | None = None
    start: str = ""
    signed: tuple[str, ...] = ()
    time: int | None = None
    key_bits: int = 0
    is_testing: bool = False
    from_is_oversigned: bool = False
    unsigned_copies: tuple[str, ...] = ()
    unsigned_octets: int = 0

    @property
    def result(self) -> Result:
        return self.reason.result

    @property
    def aligned_domain(self) -> str:
        """The domain that vouches for the message, for DMARC to compare with the author's; "" unless this passed."""
        return self.domain if self.result is Result.PASS else ""


class DkimResults(Struct, frozen=True):
    """Those of one message, one for each signature from the top."""

    items: tuple[DkimResult, ...] = ()

    @property
    def domains(self) -> tuple[str, ...]:
        """That vouch for the message, in order, each once."""
        return tuple(dict.fromkeys([each.aligned_domain for each in self.items if each.aligned_domain]))
