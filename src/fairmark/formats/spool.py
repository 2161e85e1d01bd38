"""Bytes put aside for a while: in memory while they are few, in a deleted file once they are many."""

import tempfile
from typing import BinaryIO, cast

_MEMORY_BYTES = 2**20


def spool() -> BinaryIO:
    """An empty file for the caller to fill, rewind and close. Its bytes are gone once it is closed."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(_MEMORY_BYTES))
