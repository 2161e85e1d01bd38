"""The family of errors that answer users. Each package's `model.py` derives its own; `entrypoints` maps them to HTTP.

A message says what is wrong and where; `mend` says what to do about it. `fields` go into the answer as they are, so
they hold nothing that the caller may not see.
"""

from typing import Any, ClassVar


class FairmarkError(Exception):
    """Root of all errors meant for the caller. `code` is stable and names the class of problem on the wire."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, mend: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.fields = fields


class Invalid(FairmarkError):
    """The payload is wrong: a field, a file, a document."""

    code = "invalid"


class NotSignedIn(FairmarkError):
    """No valid session or key came with the request."""

    code = "not_signed_in"


class Forbidden(FairmarkError):
    """The caller is known and may not do this."""

    code = "forbidden"


class NotFound(FairmarkError):
    """No such thing, or not for this caller: the two are not told apart."""

    code = "not_found"


class Conflict(FairmarkError):
    """The payload is fine, the state says no."""

    code = "conflict"


class TooLarge(FairmarkError):
    """A body, file or list is over its limit."""

    code = "too_large"


class TooOften(FairmarkError):
    """A rate limit. `retry_after_s` says when to come back."""

    code = "too_often"


class Unavailable(FairmarkError):
    """A part that the request needs is down for now: database, blobs, a full disk."""

    code = "unavailable"


class DatabaseDown(Unavailable):
    """The database does not answer, or has no room."""

    code = "database_down"
