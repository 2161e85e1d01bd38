"""What can go wrong between a program and a server.

ClientError
├── NoConnection     no server answers, or it stopped answering for longer than the client's patience
├── BadAnswer        the answer is not what this version of the client reads
├── BadDownload      the file that came is not the one that was announced
├── BadSignature     a webhook that was not signed with the secret, or too long ago
├── Stopped          the import, export or other background work that was waited for failed or was cancelled
├── TookTooLong      what was waited for did not happen in time
├── BadSource        a local file or folder that cannot be sent as what it is said to be
└── ApiError         the server said no: code, message, mend, status, fields, request_id
    ├── Invalid (422)   ├── NotSignedIn (401)   ├── Forbidden (403)   ├── NotFound (404)
    ├── Conflict (409)  ├── TooLarge (413)      ├── TooOften (429)    └── Unavailable (5xx)
"""

from typing import Any

import msgspec


class ClientError(Exception):
    """Root of the family. `message` says what and where, `mend` what to do about it."""

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


class NoConnection(ClientError):
    """Nothing answers at the server's address. What was asked for may have been done if the answer alone was lost."""


class BadAnswer(ClientError):
    """The answer cannot be read: another version of the server, or something else at its address."""


class BadDownload(ClientError):
    """The bytes that came are not the ones that were announced."""


class BadSignature(ClientError):
    """The signature is missing or wrong, or older than allowed."""


class Stopped(ClientError):
    """Background work ended without what was asked for."""


class TookTooLong(ClientError):
    """The time given for waiting is over; the work itself goes on."""


class BadSource(ClientError):
    """A local file or folder that cannot be sent."""


class ApiError(ClientError):
    """The server's answer to a request that it refused.

    code: stable, names the kind of problem (`no_such_project`). status: of HTTP. fields: what belongs to the error,
    such as `faults`. request_id: what to give the operator.
    """

    def __init__(
        self, message: str, *, code: str, status: int, mend: str = "", request_id: str = "",
        fields: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message, mend=mend)
        self.code = code
        self.status = status
        self.request_id = request_id
        self.fields = fields or {}


class Invalid(ApiError):
    """The payload is wrong."""


class NotSignedIn(ApiError):
    """No key or session came along, or one that is no longer good."""


class Forbidden(ApiError):
    """The caller is known and may not do this."""


class NotFound(ApiError):
    """No such thing, or not for this caller."""


class Conflict(ApiError):
    """The payload is fine, the state says no."""


class TooLarge(ApiError):
    """A body, file or list is over its limit."""


class TooOften(ApiError):
    """A rate limit, for longer than the client's patience."""


class Unavailable(ApiError):
    """The server, or a part that it needs, is down, or it made a mistake of its own."""


BY_STATUS: dict[int, type[ApiError]] = {
    401: NotSignedIn, 403: Forbidden, 404: NotFound, 409: Conflict, 413: TooLarge, 422: Invalid, 429: TooOften,
}  # fmt: skip
EXCERPT_CHARS = 200


class _Error(msgspec.Struct):
    code: str
    message: str
    mend: str = ""
    request_id: str = ""
    fields: dict[str, Any] = {}


class _Body(msgspec.Struct):
    error: _Error


_decode = msgspec.json.Decoder(_Body).decode


def error_of(status: int, body: bytes) -> ApiError:
    """The error that an answer with `status` >= 400 tells of."""
    kind = BY_STATUS.get(status, Unavailable if status >= 500 else ApiError)
    try:
        said = _decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Not fairmark speaks here, but a proxy before it, or something else at this address.
        excerpt = " ".join(body[:EXCERPT_CHARS].decode("utf-8", "replace").split())
        return kind(
            f"The server answered {status}{f': {excerpt}' if excerpt else ''}.", code=f"http_{status}", status=status,
            mend="Check the address (FAIRMARK_URL) and any proxy before the server.",
        )  # fmt: skip
    return kind(
        said.message, code=said.code, status=status, mend=said.mend, request_id=said.request_id, fields=said.fields
    )
