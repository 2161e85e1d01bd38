"""Whether a webhook really came from the server: for the program that receives it."""

import hashlib
import hmac
from time import time

from fairmark.client.errors import BadSignature

HEADER = "Fairmark-Signature"
TOLERANCE_S = 300.0


def verify_signature(
    secret: str, body: bytes, header: str | None, *, now: float | None = None, tolerance_s: float = TOLERANCE_S
) -> None:
    """Raises BadSignature unless `header` (the value of Fairmark-Signature) signs `body` with `secret`.

    body: the bytes of the request exactly as they came, before any JSON is read. now: Unix seconds, this moment if left
    out. tolerance_s: how far the signature's time may lie from `now`, so that nobody can send an old one again.
    """
    parts = [part.strip().partition("=") for part in (header or "").split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(stamps) != 1 or not signatures or not (stamps[0].isascii() and stamps[0].isdigit()) or len(stamps[0]) > 12:
        raise BadSignature(
            f"The header {HEADER} is missing or not of the form t=SECONDS,v1=HEX.",
            mend="Hand in the header's value as it came, and only requests to this webhook's own address.",
        )
    expected = hmac.new(secret.encode(), f"{stamps[0]}.".encode() + body, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected.encode(), signature.encode()) for signature in signatures):
        raise BadSignature(
            "The signature does not fit the body and the secret.",
            mend="Use the secret that was shown when the webhook was made, and the body's bytes as they came.",
        )
    age_s = (time() if now is None else now) - int(stamps[0])
    if abs(age_s) > tolerance_s:
        raise BadSignature(
            f"The signature is {age_s:.0f} s old; {tolerance_s:.0f} s are allowed.",
            mend="Set this machine's clock (NTP); an old request may be someone sending it again.",
        )
