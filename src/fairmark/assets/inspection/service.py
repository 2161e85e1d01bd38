"""Asks the inspecting processes: at most as many as there are processors, started when needed, ended when idle."""

import asyncio
import atexit
import contextlib
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from fairmark.assets.inspection.model import (
    Answer,
    Cut,
    FileRefused,
    Inspect,
    Inspected,
    InspectionFailed,
    Part,
    Parted,
    Progress,
    Question,
    Refused,
    Shrink,
    Shrunk,
)
from fairmark.kernel.settings import Settings

CHILD = "fairmark.assets.inspection.child"
ANSWER_S = 120.0
"""A file that is not understood in this time is refused."""
PART_S = 300.0
"""A file whose pages are not cut out in this time is refused."""
CUT_S = 7200.0
"""An image that is not cut into tiles in this time is not shown."""
IDLE_S = 30.0
FILES_MAX = 1000
"""Files that one process sees before it is replaced: decoders leak."""
_LENGTH = struct.Struct("<I")
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Answer)


class _Child:
    """One inspecting process and its two pipes. Used by one thread at a time."""

    def __init__(self, pixels_max: int) -> None:
        # Nothing of ours goes along: no setting, no secret.
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(part for part in sys.path if part)
        self._process = subprocess.Popen(
            [sys.executable, "-m", CHILD, str(pixels_max)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.files = 0
        self.idle_since = 0.0

    def ask(
        self, question: Question, data: bytes, time_s: float | None = None, tell: Callable[[float], None] | None = None
    ) -> Answer:
        """Raises InspectionFailed if the process dies over it or takes over `time_s`; it cannot be used again then.

        tell: hears what share is done.
        """
        self.files += 1
        time_s = ANSWER_S if time_s is None else time_s
        late = threading.Event()
        watchdog = threading.Timer(time_s, lambda: (late.set(), self._process.kill()))
        watchdog.daemon = True
        watchdog.start()
        try:
            body = _encode(question)
            stdin, stdout = self._process.stdin, self._process.stdout
            assert stdin is not None
            assert stdout is not None
            for part in (_LENGTH.pack(len(body)), body, data):
                stdin.write(part)
            stdin.flush()
            while True:
                head = stdout.read(_LENGTH.size)
                body = stdout.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
                answer = _decoder.decode(body)
                if not isinstance(answer, Progress):
                    return answer
                if tell is not None:
                    tell(answer.share)
        except (OSError, msgspec.DecodeError) as error:
            why = f"was not understood within {time_s:g} s" if late.is_set() else "could not be read: its reader broke"
            raise InspectionFailed(
                f"The file {question.name!r} {why}.", mend="Open it and save it again in another program."
            ) from error
        finally:
            watchdog.cancel()

    def close(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._process.wait()


class Inspector:
    """The inspecting processes of this one."""

    def __init__(self, pixels_max: int, children_max: int) -> None:
        self.children_max = children_max
        self._pixels_max = pixels_max
        self._threads = ThreadPoolExecutor(children_max, "inspect")
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._sweep: threading.Timer | None = None
        self._closed = False

    async def inspect(self, name: str, data: bytes | Path) -> Inspected:
        """What `data` is. Raises FileRefused, InspectionFailed."""
        path, rest = (str(data), b"") if isinstance(data, Path) else ("", data)
        answer = await self._answer(Inspect(name, path, len(rest)), rest)
        assert isinstance(answer, Inspected)
        return answer

    async def shrink(self, name: str, path: Path, sizes: Sequence[int]) -> dict[int, bytes]:
        """WebP pictures of the image at `path`, by the pixels of their longer side.

        Raises FileRefused, InspectionFailed.
        """
        answer = await self._answer(Shrink(name, tuple(sizes), str(path)), b"")
        assert isinstance(answer, Shrunk)
        return answer.pictures

    async def cut(
        self, name: str, path: Path, into: Path, sizes: Sequence[int], tell: Callable[[float], None]
    ) -> dict[int, bytes]:
        """Writes the tiles of the image at `path` into the file `into`, a pack; returns small WebP pictures of it.

        In a process and a thread of its own, as it may take an hour; cancelled, the process is ended. tell: hears the
        share that is done, in that thread. Raises FileRefused, InspectionFailed.
        """
        child = _Child(self._pixels_max)
        try:
            question = Cut(name, str(path), str(into), tuple(sizes))
            answer = await asyncio.to_thread(child.ask, question, b"", CUT_S, tell)
        finally:
            child.close()
        if isinstance(answer, Refused):
            raise FileRefused.of(answer)
        assert isinstance(answer, Shrunk)
        return answer.pictures

    async def part(self, name: str, data: bytes | Path, into: Path) -> Parted:
        """Cuts the pages or frames of `data` into files in the folder `into`. In a process and a thread of its own.

        Raises FileRefused, InspectionFailed.
        """
        child = _Child(self._pixels_max)
        try:
            path, rest = (str(data), b"") if isinstance(data, Path) else ("", data)
            answer = await asyncio.to_thread(child.ask, Part(name, str(into), path, len(rest)), rest, PART_S)
        finally:
            child.close()
        if isinstance(answer, Refused):
            raise FileRefused.of(answer)
        assert isinstance(answer, Parted)
        return answer

    async def _answer(self, question: Question, data: bytes) -> Inspected | Shrunk:
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question, data)
        if isinstance(answer, Refused):
            raise FileRefused.of(answer)
        assert isinstance(answer, Inspected | Shrunk)
        return answer

    def close(self) -> None:
        """Ends all processes that have nothing to do, and those that have as soon as they are done."""
        self._closed = True
        self._end_idle(0.0)

    def _ask(self, question: Question, data: bytes) -> Answer:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        child = child or _Child(self._pixels_max)
        try:
            answer = child.ask(question, data)
        except BaseException:
            child.close()
            raise
        if child.files >= FILES_MAX or self._closed:
            child.close()
            return answer
        child.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(child)
            if self._sweep is None:
                self._start_sweep()
        return answer

    def _start_sweep(self) -> None:
        self._sweep = threading.Timer(IDLE_S, self._end_idle, (IDLE_S,))
        self._sweep.daemon = True
        self._sweep.start()

    def _end_idle(self, idle_s: float) -> None:
        with self._lock:
            due = time.monotonic() - idle_s
            ended = [child for child in self._idle if child.idle_since <= due]
            self._idle = [child for child in self._idle if child.idle_since > due]
            self._sweep = None
            if self._idle:
                self._start_sweep()
        for child in ended:
            child.close()


_inspectors: dict[int, Inspector] = {}


def inspector(settings: Settings) -> Inspector:
    """This process's inspector for the settings' limit of pixels."""
    pixels_max = settings.image_megapixels_max * 1_000_000
    found = _inspectors.get(pixels_max)
    if found is None:
        found = _inspectors[pixels_max] = Inspector(pixels_max, max(1, os.cpu_count() or 1))
        atexit.register(found.close)
    return found
