"""Server-sent events: bytes in, messages out. Follows the event stream format of the HTML standard, section 9.2."""

from collections.abc import Iterator

import msgspec

FIELD_BYTES_MAX = 64 << 20
"""A line longer than this is no event of ours; without a bound a broken server could fill the memory."""


class Message(msgspec.Struct, frozen=True):
    """One event of a stream. id: of the newest event that had one; where to go on after a break."""

    event: str
    data: str
    id: str


class Parser:
    """Takes the stream's bytes in any pieces. A line ends with LF, CR or CR LF, and with nothing else."""

    def __init__(self, last_id: str = "") -> None:
        self._rest = b""
        self._event = ""
        self._data: list[str] = []
        self._id = self._last_id = last_id

    @property
    def last_id(self) -> str:
        """Where to go on after a break: behind the last event that came whole. Also moves where nothing was sent, for
        the server's heartbeat has an id.
        """
        return self._last_id

    def feed(self, piece: bytes) -> Iterator[Message]:
        """The messages that `piece` completes. Raises ValueError for a line without an end."""
        text = self._rest + piece
        # A CR at the very end may be the first half of CR LF: it waits for the next piece.
        held = b"\r" if text.endswith(b"\r") else b""
        lines = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._rest = lines.pop() + held
        if len(self._rest) > FIELD_BYTES_MAX:
            raise ValueError("a line of the stream has no end")
        for line in lines:
            if line:
                self._take(line)
            elif (message := self._dispatch()) is not None:
                yield message

    def _take(self, line: bytes) -> None:
        name, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value

    def _dispatch(self) -> Message | None:
        event, data = self._event or "message", self._data
        self._event, self._data, self._last_id = "", [], self._id
        return Message(event, "\n".join(data), self._id) if data else None
