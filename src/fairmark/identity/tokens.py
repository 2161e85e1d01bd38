"""What keys, session tokens and invitation tokens look like. Pure, but for the randomness.

    live_<org: 22 base62>_<secret: 43 URL-safe>     an API key; test_... for one that sees test projects only
    inv_<org: 22 base62>_<secret: 43 URL-safe>      an invitation
    ses_<secret: 43 URL-safe>                       a session

The organisation stands in the token, so the lookup already runs inside its fence. What is stored is the SHA-256 of the
whole token: 256 random bits cannot be guessed back, and a changed prefix is another token.
"""

import re
import string
from typing import Final
from uuid import UUID

from fairmark.kernel.actor import Mode
from fairmark.kernel.ids import OrgId
from fairmark.kernel.signing import new_token

_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUE: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
ORG_LETTERS: Final = 22
"""62**22 > 2**128 > 62**21."""

_SCOPED: Final = re.compile(r"(live|test|inv)_([0-9A-Za-z]{22})_[0-9A-Za-z_-]{43}", re.ASCII)
_SESSION: Final = re.compile(r"ses_[0-9A-Za-z_-]{43}", re.ASCII)


def new_key(mode: Mode, org_id: OrgId) -> str:
    """A fresh API key."""
    return f"{mode.value}_{org_text(org_id)}_{new_token()}"


def new_invitation(org_id: OrgId) -> str:
    """A fresh invitation token."""
    return f"inv_{org_text(org_id)}_{new_token()}"


def new_session() -> str:
    """A fresh session token."""
    return f"ses_{new_token()}"


def key_org(token: str) -> OrgId | None:
    """The organisation that an API key names; None if `token` does not look like a key."""
    found = _SCOPED.fullmatch(token)
    return _org(found[2]) if found and found[1] != "inv" else None


def invitation_org(token: str) -> OrgId | None:
    """The organisation that an invitation names; None if `token` does not look like one."""
    found = _SCOPED.fullmatch(token)
    return _org(found[2]) if found and found[1] == "inv" else None


def is_session(token: str) -> bool:
    """Whether `token` looks like a session token."""
    return _SESSION.fullmatch(token) is not None


def org_text(org_id: OrgId) -> str:
    """A UUID as 22 letters of base 62, most significant first."""
    value, letters = org_id.int, ""
    for _ in range(ORG_LETTERS):
        value, rest = divmod(value, 62)
        letters = _ALPHABET[rest] + letters
    return letters


def _org(letters: str) -> OrgId | None:
    value = 0
    for letter in letters:
        value = value * 62 + _VALUE[letter]
    return OrgId(UUID(int=value)) if value < 2**128 else None
