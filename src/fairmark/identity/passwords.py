"""Password hashes: argon2id, in two threads of their own so that neither the event loop nor the memory suffers.

The parameters are OWASP's for servers (19 MiB, two passes, one lane): some 40 ms of one core. A hash made with others
is replaced at the next sign-in.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fairmark.kernel.errors import TooOften

P = ParamSpec("P")
T = TypeVar("T")

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16)
THREADS: Final = 2
WAITING_MAX: Final = 200
"""Some four seconds of work on two cores; who comes on top is asked to come back."""

_threads: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
_waiting = 0


class TooManySignIns(TooOften):
    """More people sign in at this moment than there is time to check."""

    code = "too_many_sign_ins"


# A hash that no password is known for, made with today's parameters.
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$BKeQzqr5eXDw39+XIC0pVg$AlqB0943/T0QYFa80KmCpoLECYBi0lAUJGsL+abVCv0"


async def make_hash(password: str) -> str:
    """The hash to keep of a new password. Raises TooManySignIns."""
    return await _run(HASHER.hash, _composed(password))


async def verify(stored: str | None, password: str) -> bool:
    """Whether `password` is the one. With no hash (no such person) it does the same work and says no.

    Raises TooManySignIns.
    """
    matches = await _run(_matches, stored or _NOBODY, _composed(password))
    return matches and stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _composed(password: str) -> str:
    # Keyboards differ in how they send an accented letter; the person means the same one.
    return unicodedata.normalize("NFC", password)


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


async def _run(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    global _waiting
    if _waiting >= WAITING_MAX:
        raise TooManySignIns("Too many people sign in right now.", mend="Try again in a few seconds.", retry_after_s=5)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *args, **kwargs))
    finally:
        _waiting -= 1
