"""What a text file is. UTF-8 and nothing else: other encodings cannot be told apart for certain."""

from pathlib import Path

from fairmark.kernel.errors import Invalid
from fairmark.modalities.model import Probe, Source

BYTES_MAX = 4_000_000
MEDIA_TYPE = "text/plain"
_ALLOWED = frozenset("\t\n\r\x0c")


class TextRefused(Invalid):
    """A text file that is not taken."""

    code = "text_refused"


def probe(source: Source) -> Probe:
    """What the text in `source` is; `width` counts its code points. Raises TextRefused."""
    return probe_text(decoded(_bytes_of(source)))


def probe_text(text: str) -> Probe:
    """The same for a text that is there already. Raises TextRefused."""
    if not text.strip():
        raise TextRefused("The text is empty.", mend="Send a text with at least one visible character.")
    found = next((char for char in text if (char < " " and char not in _ALLOWED) or char == "\x7f"), None)
    if found is not None:
        raise TextRefused(
            f"The text holds the control character U+{ord(found):04X}.", mend="Remove it, or send another file."
        )
    return Probe(MEDIA_TYPE, len(text), 1, 1, 1, "UTF-8", alpha=False, viewable=True)


def decoded(data: bytes) -> str:
    """The text of a file, without a byte order mark. Raises TextRefused."""
    if len(data) > BYTES_MAX:
        raise TextRefused(f"The text has {len(data)} bytes, {BYTES_MAX} at most.", mend="Split it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextRefused(f"The file is not UTF-8 at byte {error.start}.", mend="Save it as UTF-8.") from error


def _bytes_of(source: Source) -> bytes:
    if isinstance(source, str) or hasattr(source, "__fspath__"):
        with Path(source).open("rb") as file:  # type: ignore[arg-type]
            return file.read(BYTES_MAX + 1)
    source.seek(0)  # type: ignore[union-attr]
    return source.read(BYTES_MAX + 1)  # type: ignore[union-attr]
