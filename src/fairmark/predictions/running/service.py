"""Asks the process that runs models: one question at a time, a few waiting, ended when it takes too long."""

import asyncio
import atexit
import contextlib
import os
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import msgspec

from fairmark.kernel.settings import Settings
from fairmark.predictions.model import FoundMask, ModelBroken, ModelBusy, ModelsMissing
from fairmark.predictions.running.model import Ask, Failed, Reply

CHILD = "fairmark.predictions.running.child"
WAITING_MAX = 8
"""Questions of one process of the server that wait or are answered; more are sent away."""
RETRY_S = 2
_LENGTH = struct.Struct("<I")
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_decoder = msgspec.msgpack.Decoder(Reply)


class Runner:
    """The process that runs models; started with the first question, anew after one that it did not survive."""

    def __init__(self, threads: int, pixels_max: int, answer_s: float) -> None:
        self._arguments = [str(threads), str(pixels_max)]
        self._answer_s = answer_s
        self._thread = ThreadPoolExecutor(1, "models")
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting = 0

    async def ask(self, ask: Ask) -> tuple[FoundMask, ...]:
        """The model's masks. Raises ModelBusy, ModelsMissing, ModelBroken."""
        if find_spec("onnxruntime") is None:
            raise ModelsMissing(
                "This installation cannot run models: onnxruntime is not installed.",
                mend="Tell the operator to install it: pip install 'fairmark[models]'.",
            )
        if self._waiting >= WAITING_MAX:
            raise ModelBusy("The model has too much to do.", mend="Try again in a moment.", retry_after_s=RETRY_S)
        self._waiting += 1
        try:
            reply = await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, ask)
        finally:
            self._waiting -= 1
        if isinstance(reply, Failed):
            raise ModelBroken(reply.why, mend="Go on without it, and tell the operator.")
        return reply.masks

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        process.wait()

    def _ask(self, ask: Ask) -> Reply:
        process = self._process or self._start()
        late = threading.Event()
        watchdog = threading.Timer(self._answer_s, lambda: (late.set(), process.kill()))
        watchdog.daemon = True
        watchdog.start()
        try:
            stdin, stdout = process.stdin, process.stdout
            assert stdin is not None
            assert stdout is not None
            body = msgspec.msgpack.encode(ask)
            stdin.write(_LENGTH.pack(len(body)) + body)
            stdin.flush()
            head = stdout.read(_LENGTH.size)
            reply = stdout.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
            return _decoder.decode(reply)
        except (OSError, msgspec.DecodeError):
            self.close()
            if late.is_set():
                return Failed(f"The model did not answer within {self._answer_s:g} s.")
            return Failed("The model's process ended over it: it may need more memory than there is.")
        finally:
            watchdog.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        # Nothing of ours goes along: no setting, no secret.
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(part for part in sys.path if part)
        self._process = subprocess.Popen(
            [sys.executable, "-m", CHILD, *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._process


_runners: dict[tuple[int, int, float], Runner] = {}


def runner(settings: Settings) -> Runner:
    """This process's runner for these settings."""
    key = (settings.models_threads, settings.image_megapixels_max * 1_000_000, float(settings.models_answer_s))
    found = _runners.get(key)
    if found is None:
        found = _runners[key] = Runner(*key)
        atexit.register(found.close)
    return found
