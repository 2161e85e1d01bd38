"""Label Studio's code for brush marks: the four channels of each pixel of the whole image, as packed runs of bits.

Layout: 32 bits with the number of words, 5 with the bits of a word less one, four times 4 with a size less one; then,
until all words are there, one bit (a run of one word, or different words), 2 bits that choose a size, so many bits with
the length less one, and the word, or each of the words. Source: the format of the package rle-pack of thi.ng/umbrella,
which Label Studio's manual names for its brush labels.
"""

from collections.abc import Iterable, Sequence

_SIZES = (3, 4, 8, 16)
_CHANNELS = 4
_WORD_BITS = 8
_ON = 255
_LENGTH_MAX = 2 ** _SIZES[-1]
PIXELS_MAX = 2**28
"""Of one image: as many as a decoder will unpack."""


class BadCode(ValueError):
    """The bytes are no such code, or of another image."""


def pack(runs: Iterable[tuple[int, bool]]) -> list[int]:
    """The code, as bytes, of an image's pixels row by row: (how many, whether they are on)."""
    bits: list[str] = []
    words = 0
    for count, on in runs:
        left = count * _CHANNELS
        words += left
        word = f"{_ON if on else 0:0{_WORD_BITS}b}"
        while left:
            length = min(left, _LENGTH_MAX)
            choice = next(n for n, size in enumerate(_SIZES) if length <= 2**size)
            bits.append(f"1{choice:02b}{length - 1:0{_SIZES[choice]}b}{word}")
            left -= length
    head = f"{words:032b}{_WORD_BITS - 1:05b}" + "".join(f"{size - 1:04b}" for size in _SIZES)
    text = head + "".join(bits)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def unpack(code: Sequence[int], pixels: int) -> list[tuple[int, bool]]:
    """The runs of an image of so many pixels: (how many, whether they are on). Raises BadCode.

    A pixel is on if its last channel, the opacity, is above half.
    """
    if pixels > PIXELS_MAX:
        raise BadCode(f"the image has more than {PIXELS_MAX} pixels")
    try:
        reader = _Bits(bytes(code))
    except ValueError as error:
        raise BadCode("it holds numbers that are no bytes") from error
    words = reader.take(32)
    word_bits = reader.take(5) + 1
    sizes = [reader.take(4) + 1 for _ in range(4)]
    if words != pixels * _CHANNELS:
        raise BadCode(f"it is of {words} words, and the image has {pixels} pixels")
    half = 2 ** (word_bits - 1)
    found: list[tuple[int, bool]] = []
    at = 0
    while at < words:
        same = reader.take(1)
        length = reader.take(sizes[reader.take(2)]) + 1
        if at + length > words:
            raise BadCode("a run reaches over its end")
        values = [reader.take(word_bits)] if same else [reader.take(word_bits) for _ in range(length)]
        for value, start, count in _steps(values, at, length):
            # The last channels within the step are those whose place is 3 modulo 4.
            pixels_here = (start + count) // _CHANNELS - start // _CHANNELS
            _add(found, pixels_here, value >= half)
        at += length
    return found


def _steps(values: list[int], at: int, length: int) -> Iterable[tuple[int, int, int]]:
    """(word, place, how many) of one run."""
    if len(values) == 1:
        return [(values[0], at, length)]
    return [(value, at + number, 1) for number, value in enumerate(values)]


def _add(found: list[tuple[int, bool]], count: int, on: bool) -> None:
    if not count:
        return
    if found and found[-1][1] is on:
        found[-1] = (found[-1][0] + count, on)
    else:
        found.append((count, on))


class _Bits:
    """Numbers from the highest bit on."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = 8 * len(data)

    def take(self, count: int) -> int:
        first, last = self._at, self._at + count
        if last > self._end:
            raise BadCode("it is cut short")
        self._at = last
        window = int.from_bytes(self._data[first // 8 : (last + 7) // 8], "big")
        return (window >> (-last % 8)) & ((1 << count) - 1)
