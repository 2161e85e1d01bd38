import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairmark.ontology.model import InvalidPattern
from fairmark.ontology.patterns import compile_pattern

# Pieces whose meaning in Python's `re` (with ASCII) is the same as in the dialect: the oracle of the property test.
_ATOMS = st.sampled_from(["a", "b", "-", "[ab]", "[^a]", r"\d", r"\w", r"\.", "(a|b)", "(?:ab|)", "[a-c1-3]"])
_PIECES = st.tuples(_ATOMS, st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map("".join)
_PATTERNS = st.recursive(
    _PIECES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: "(" + "|".join(parts) + ")"),
        inner.map(lambda part: f"({part})*"),
    ),
    max_leaves=6,
)


class TestCompilePattern:
    @pytest.mark.parametrize(
        ("pattern", "good", "bad"),
        [
            (r"[A-Z]{2}\d{4,6}", ["AB1234", "AB123456"], ["AB123", "ab1234", "AB1234567", ""]),
            (r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", ["a.b@c.org"], ["a@b", "a b@c.org", "a@b.o"]),
            (r"yes|no", ["yes", "no"], ["yesno", "y", ""]),
            (r".*", ["", "anything at all", "😀"], ["two\nlines"]),
            (r"[\w-]+", ["a-b_c"], ["ä", ""]),
            (r"\u00e4+|\x41", ["ää", "A"], ["a"]),
            (r"[^]", ["\n", "x"], [""]),
            (r"a\$", ["a$"], ["a"]),
            (r"a\\$", ["a\\"], ["a", "a\\$"]),
            (r"", [""], ["a"]),
            (r"(ab){2}?c", ["ababc"], ["abc"]),
            (r"\D\W\S", ["a-b"], ["1-b", "aab", "a- "]),
        ],
    )
    def test_matches_the_whole_text_or_nothing(self, pattern: str, good: list[str], bad: list[str]) -> None:
        compiled = compile_pattern(pattern)
        assert [text for text in good if not compiled.matches(text)] == []
        assert [text for text in bad if compiled.matches(text)] == []

    # Short texts: it is the oracle that takes exponential time.
    @given(_PATTERNS, st.lists(st.text("abc1-.é\n", max_size=5), min_size=1, max_size=8))
    @example("(a*)*", ["", "aaa", "b"])
    def test_agrees_with_the_backtracking_engine_of_python(self, pattern: str, texts: list[str]) -> None:
        compiled, oracle = compile_pattern(pattern), re.compile(pattern, re.ASCII)
        assert [compiled.matches(text) for text in texts] == [oracle.fullmatch(text) is not None for text in texts]

    @pytest.mark.parametrize(
        ("pattern", "says"),
        [
            ("(a", "without its )"),
            ("a)", "without its ("),
            ("[a", "without its ]"),
            ("*a", "nothing for *"),
            ("a**", "two quantifiers"),
            ("a{2", "not {n}"),
            ("a{,3}", "without a number"),
            ("a{3,2}", "from 3 to 2"),
            ("a{99999999999999999999}", "above 1000"),
            ("(?=a)b", "look-around"),
            ("(?<year>a)", "named groups"),
            (r"(a)\1", "back-references"),
            (r"\bword", "word boundaries"),
            (r"\q", "unknown escape"),
            ("a^b", "bare ^"),
            ("a$b", "bare $"),
            ("a]", "bare ]"),
            ("[z-a]", "backwards"),
            (r"[\d-z]", "not single characters"),
            (r"\u00g1", "hexadecimal"),
            ("(" * 30 + ")" * 30, "nested deeper"),
            ("a\\", "unknown escape"),
        ],
    )
    def test_refuses_by_name_what_is_outside_the_dialect(self, pattern: str, says: str) -> None:
        with pytest.raises(InvalidPattern) as refusal:
            compile_pattern(pattern)
        assert says in refusal.value.message
        assert refusal.value.mend

    @pytest.mark.parametrize(
        "pattern",
        ["(a|b)*a(a|b){40}", "((a{1000}){1000}){1000}", "(((){1000}){1000}){1000}", "([^a]{99}|.{88})*"],
    )
    def test_refuses_quickly_what_would_grow_without_bound(self, pattern: str) -> None:
        began = time.process_time()
        with pytest.raises(InvalidPattern, match="too big"):
            compile_pattern(pattern)
        assert time.process_time() - began < 2

    def test_time_grows_with_the_length_of_the_text_only(self) -> None:
        # The classic killer of backtracking engines: (a+)+b against aaa...c takes 2^n steps there.
        compiled = compile_pattern("(a+)+b")
        began = time.process_time()
        assert not compiled.matches("a" * 100_000 + "c")
        assert time.process_time() - began < 1

    @given(st.text("ab()[]{}*+?|^$\\.-,0123456789xu", max_size=30))
    def test_any_pattern_compiles_or_is_refused_by_name(self, pattern: str) -> None:
        try:
            matched = compile_pattern(pattern).matches("ab")
        except InvalidPattern as refusal:
            matched = refusal.mend == ""
        assert matched in (True, False)
