import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.brush_code import BadCode, pack, unpack


class TestPack:
    def test_the_bits_of_a_small_image(self) -> None:
        # Two pixels off, one on: 12 words (32 bits), words of 8 bits (7), sizes 3, 4, 8, 16 (2, 3, 7, 15); then a run
        # (1) of 8 words, which 3 bits hold (00, 111), of the word 0, and a run of 4 (00, 011) of the word 255.
        head = f"{12:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
        bits = head + "1" + "00" + "111" + "00000000" + "1" + "00" + "011" + "11111111"
        bits += "0" * (-len(bits) % 8)
        wanted = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
        assert pack([(2, False), (1, True)]) == wanted

    def test_a_long_run_is_cut(self) -> None:
        # 100,000 pixels are 400,000 words, and a run has 65,536 at most: seven runs of 27 bits behind 53 bits.
        assert len(pack([(100_000, True)])) == -(-(53 + 7 * 27) // 8)


class TestUnpack:
    @given(st.lists(st.tuples(st.integers(1, 70_000), st.booleans()), max_size=8))
    def test_gives_what_was_packed(self, runs: list[tuple[int, bool]]) -> None:
        joined: list[tuple[int, bool]] = []
        for count, on in runs:
            if joined and joined[-1][1] is on:
                joined[-1] = (joined[-1][0] + count, on)
            else:
                joined.append((count, on))
        assert unpack(pack(runs), sum(count for count, _ in runs)) == joined

    def test_words_that_differ(self) -> None:
        # Two pixels, word for word (0, 00, 111): 1 2 3 255 and 9 9 9 0; only the fourth of each counts.
        head = f"{8:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
        bits = head + "0" + "00" + "111" + "".join(f"{word:08b}" for word in (1, 2, 3, 255, 9, 9, 9, 0))
        bits += "0" * (-len(bits) % 8)
        code = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
        assert unpack(code, 2) == [(1, True), (1, False)]

    @pytest.mark.parametrize(
        ("code", "pixels"),
        [([], 1), ([300], 1), ([-1], 1), (pack([(4, True)]), 5), (pack([(4, True)])[:-2], 4), ([0] * 20, 2**30)],
    )
    def test_refuses_what_is_no_code(self, code: list[int], pixels: int) -> None:
        with pytest.raises(BadCode):
            unpack(code, pixels)
