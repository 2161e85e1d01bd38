"""Signed, expiring addresses (HMAC-SHA-256) and random tokens with their hashes."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime

from fairmark.kernel.errors import Forbidden


class BadSignature(Forbidden):
    """The address was changed, or its time is over."""

    code = "bad_signature"


def sign(secret: bytes, path: str, now: datetime, ttl_s: int) -> str:
    """`path` with its expiry and signature. Works for `ttl_s` to 2 * `ttl_s` seconds.

    The expiry is rounded to whole windows of `ttl_s`, so that the address of one thing stays the same within a window
    and browsers can cache what lies there.
    """
    expires = (int(now.timestamp()) // ttl_s + 2) * ttl_s
    return f"{path}?e={expires}&s={_signature(secret, path, expires)}"


def check(secret: bytes, path: str, expires: int, signature: str, now: datetime) -> int:
    """The seconds that the address still works. Raises BadSignature."""
    left = expires - int(now.timestamp())
    if left <= 0 or not hmac.compare_digest(signature.encode(), _signature(secret, path, expires).encode()):
        raise BadSignature(
            "This address has expired or was changed.", mend="Load the page again to get a fresh address."
        )
    return left


def _signature(secret: bytes, path: str, expires: int) -> str:
    digest = hmac.digest(secret, f"GET\n{path}\n{expires}".encode(), "sha256")
    return urlsafe_b64encode(digest[:24]).decode()


def new_token() -> str:
    """256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens are random, so a plain SHA-256 cannot be guessed back."""
    return hashlib.sha256(token.encode()).digest()
