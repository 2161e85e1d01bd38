"""When to try again: only what can do no harm twice, later each time, and never for longer than the patience."""

from email.utils import parsedate_to_datetime
from time import time

import msgspec

BUSY = frozenset({429, 502, 503, 504})
"""Answers that say nothing against the request itself. 429 comes before anything was done, so it may always be
repeated; after the others, a request that must not happen twice is not."""
SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
WAIT_FIRST_S = 0.2
WAIT_MAX_S = 10.0


class Patience(msgspec.Struct, frozen=True):
    """How long a client tries. seconds: from the first try of a request to the last; 0: once."""

    seconds: float = 30.0

    def wait_s(self, attempt: int, spent_s: float, chance: float, asked_s: float = 0.0) -> float | None:
        """Seconds to wait before attempt `attempt` + 1 (from 1), or None to give up.

        spent_s: since the first try. chance: uniform in [0, 1), so that a thousand clients do not come back at once.
        asked_s: what the server asked for (`Retry-After`); it is never undercut.
        """
        grown = min(WAIT_MAX_S, WAIT_FIRST_S * 2 ** min(attempt - 1, 10))
        wait = max(asked_s, grown * (0.5 + 0.5 * chance))
        return wait if spent_s + wait <= self.seconds else None


def asked_wait_s(header: str | None) -> float:
    """The seconds that a `Retry-After` header asks for, as a number or a date; 0 if it says nothing sound."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


def poll_s(turn: int) -> float:
    """Seconds between looks at something that takes a while: few at first, two in the end. turn: from 1."""
    return min(2.0, 0.2 * 1.3 ** min(turn - 1, 20))
