import os
import subprocess
import sys
from pathlib import Path

DRAW_TWICE = """
import sys
import hypothesis
from hypothesis import strategies as st
import tests.conftest

def drawn() -> list[int]:
    numbers: list[int] = []

    @hypothesis.settings(max_examples=1000)
    @hypothesis.given(st.integers())
    def draw(number: int) -> None:
        numbers.append(number)

    draw()
    return numbers

before = drawn()
sys.path.append(sys.argv[1])
import constants
assert len(before) == 1000
assert drawn() == before
"""


class TestSteady:
    def test_examples_are_the_same_whatever_is_loaded(self, tmp_path: Path) -> None:
        (tmp_path / "constants.py").write_text(f"NUMBERS = {list(range(10**6, 10**6 + 100))}\n")
        steady = {name: value for name, value in os.environ.items() if name != "HYPOTHESIS_PROFILE"}
        command = [sys.executable, "-c", DRAW_TWICE, str(tmp_path)]
        root = Path(__file__).parents[1]
        done = subprocess.run(command, cwd=root, env=steady, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
