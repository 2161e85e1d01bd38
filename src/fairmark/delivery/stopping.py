"""Tells live streams that the server is about to stop. It waits for open answers to end, and a stream never would."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def call_on_stop(stop: Callable[[], None]) -> None:
    """Calls `stop` once SIGTERM or SIGINT arrives, beside whatever else the process does then.

    The server's own handlers stay in force. Outside of the main thread, where none can be set, nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in SIGNALS:
        before = signal.getsignal(number)

        def handle(signum: int, frame: FrameType | None, before: object = before) -> None:
            stop()
            if callable(before):
                before(signum, frame)

        signal.signal(number, handle)
