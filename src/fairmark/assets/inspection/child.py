"""The inspecting process: reads questions from standard input, answers on standard output, and trusts no file.

Run as `python -m fairmark.assets.inspection.child PIXELS_MAX`. It ends when its input does, so also when the process
that started it is killed.
"""

import contextlib
import errno
import hashlib
import io
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from fairmark.assets.inspection.model import (
    Answer,
    Cut,
    Inspect,
    Inspected,
    PagePart,
    Part,
    Parted,
    Progress,
    Question,
    Refused,
    Shrunk,
)
from fairmark.kernel.errors import FairmarkError
from fairmark.modalities import MODALITIES

_LENGTH = struct.Struct("<I")
IMAGE, TEXT = MODALITIES["image"], MODALITIES["text"]
TEXT_ENDINGS = (".txt", ".md")
"""Texts have no mark of their own in their first bytes, so it is their name that says what they are meant to be."""
MEMORY_BYTES = 1 << 30
PIXEL_BYTES = 16
"""Room for a decoded picture, one copy of it turned upright, and the first step of making it smaller."""


def inspect(file: BinaryIO, name: str, pixels_max: int) -> Inspected:
    """What `file` is. Raises a named error for one that is not taken."""
    modality = TEXT if name.lower().endswith(TEXT_ENDINGS) else IMAGE
    found = modality.probe(file, pixels_max=pixels_max)
    known = msgspec.to_builtins(found)
    probed = {key: known[key] for key in known if key not in ("media_type", "width", "height")}
    return Inspected(found.media_type, found.width, found.height, probed)


def cut(file: BinaryIO, question: Cut, pixels_max: int, tell: Callable[[float], None]) -> Shrunk:
    """Writes the pack; the small pictures come back. Raises a named error for an image that cannot be cut."""
    from fairmark.modalities.image.pixels import opening, pyramid  # heavy, and most processes never need them

    with Path(question.into).open("wb") as sink:
        _, small = pyramid.cut(opening.raster_of(file, pixels_max), sink, tell)
    return Shrunk(pyramid.small_pictures(small, question.sizes))


def part(file: BinaryIO, question: Part, pixels_max: int) -> Parted:
    """Writes the pages, each looked at like a file that came by itself. Raises a named error that says which is bad."""
    from fairmark.modalities.image.pixels import pages  # heavy, and most processes never need them

    made: list[PagePart] = []
    for page in pages.cut_pages(file, Path(question.into), pixels_max):
        try:
            with page.path.open("rb") as one:
                inspected = inspect(one, page.path.name, pixels_max)
                one.seek(0)
                digest = hashlib.file_digest(one, "sha256").hexdigest()
        except FairmarkError as error:
            raise pages.of_page(error, page.number, page.word) from error
        size = page.path.stat().st_size
        made.append(
            PagePart(page.number, page.word, str(page.path), digest, size, page.time_ms, page.duration_ms, inspected)
        )
    return Parted(made)


def answer(question: Question, data: bytes, pixels_max: int, tell: Callable[[float], None] = lambda _: None) -> Answer:
    """The answer to one question; never raises for what a file can do. tell: hears what share is done."""
    try:
        with Path(question.path).open("rb") if question.path else io.BytesIO(data) as file:
            if isinstance(question, Inspect):
                return inspect(file, question.name, pixels_max)
            if isinstance(question, Cut):
                return cut(file, question, pixels_max, tell)
            if isinstance(question, Part):
                return part(file, question, pixels_max)
            return Shrunk(IMAGE.thumbnails(file, question.sizes, pixels_max=pixels_max))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return _broken(error)
        return Refused("staging_full", "This machine has no room for what is cut.", "Tell the operator to add space.")
    except FairmarkError as error:
        return Refused(error.code, error.message, error.mend)
    except MemoryError:
        return Refused(
            "image_too_large", "The image needs more memory than one may take.", "Make it smaller, or cut it in tiles."
        )
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> Refused:
    return Refused(
        "image_damaged", f"The image cannot be decoded ({type(error).__name__}).", "Save it again elsewhere."
    )


def serve(source: BinaryIO, sink: BinaryIO, pixels_max: int) -> None:
    """Answers until `source` ends."""
    decoder, encoder = msgspec.msgpack.Decoder(Question), msgspec.msgpack.Encoder()
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        question = decoder.decode(source.read(_LENGTH.unpack(head)[0]))
        data = source.read(question.bytes)

        def say(what: Answer) -> None:
            reply = encoder.encode(what)
            sink.write(_LENGTH.pack(len(reply)) + reply)
            sink.flush()

        say(answer(question, data, pixels_max, lambda share: say(Progress(share))))


def main(pixels_max: int) -> None:
    """Limits this process, then serves its standard streams."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is the parent's to handle
    limit = MEMORY_BYTES + PIXEL_BYTES * pixels_max
    with contextlib.suppress(ValueError, OSError):  # not every system knows this limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # Whatever a library prints must not get between the answers.
    with os.fdopen(os.dup(1), "wb") as sink:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, sink, pixels_max)


if __name__ == "__main__":
    main(int(sys.argv[1]))
