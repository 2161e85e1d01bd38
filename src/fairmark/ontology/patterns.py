r"""Patterns of text answers: a regular expression dialect that cannot hang and means the same here and in a browser.

The syntax is the part of ECMAScript's `u` mode that describes regular languages: literals, `.`, classes `[a-z]` and
`[^a-z]`, `\d \w \s` and their capitals, `\t \n \r \f \v \xHH \uHHHH`, groups, `|`, and the quantifiers `* + ? {n} {n,}
{n,m}`. Look-around, back-references and `\b` are refused. A `^` in front and a `$` at the end are allowed and change
nothing: a pattern always has to match the whole text.

A pattern becomes a deterministic automaton, so matching costs one step per character whatever the pattern (Thompson
1968 for the construction, Rabin and Scott 1959 for the subsets). The construction has a budget of work, and a pattern
that exceeds it is refused when the ontology is saved, not when an annotator types.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from fairmark.ontology.model import InvalidPattern

REPEAT_MAX = 1_000
NESTING_MAX = 20
WORK_MAX = 100_000
"""Steps of construction: about 50 ms, and a hundred times what a postcode or an address needs."""

Ranges = tuple[tuple[int, int], ...]
"""A set of characters: sorted, disjoint ranges of code points, both ends included."""

_LAST = 0x10FFFF
_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
# ECMAScript's WhiteSpace and LineTerminator.
_SPACE: Ranges = (
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
_LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_SYNTAX = "^$\\.*+?()[]{}|/"


def _union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _all_but(ranges: Ranges) -> Ranges:
    edges = [-1, *(edge for low, high in ranges for edge in (low, high)), _LAST + 1]
    gaps = [(edges[i] + 1, edges[i + 1] - 1) for i in range(0, len(edges), 2)]
    return tuple((low, high) for low, high in gaps if low <= high)


_SETS = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "D": _all_but(_DIGIT), "W": _all_but(_WORD), "S": _all_but(_SPACE)}
_DOT = _all_but(_LINE_ENDS)


@dataclass(frozen=True, slots=True)
class _Chars:
    ranges: Ranges


@dataclass(frozen=True, slots=True)
class _Row:
    parts: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    branches: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    node: "_Node"
    low: int
    high: int | None


_Node = _Chars | _Row | _Choice | _Repeat


class _Parser:
    """Recursive descent over the pattern's characters."""

    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 1 if pattern.startswith("^") else 0
        self.end = len(pattern)
        if pattern.endswith("$") and (len(pattern) - len(pattern[:-1].rstrip("\\")) - 1) % 2 == 0:
            self.end -= 1

    def fail(self, what: str, mend: str = "") -> InvalidPattern:
        return InvalidPattern(
            f"Pattern {self.text!r}: {what} at character {min(self.at, len(self.text)) + 1}.",
            mend=mend or "Use literals, classes, groups, | and the quantifiers * + ? {n,m}.",
            position=self.at,
        )

    def peek(self) -> str:
        return self.text[self.at] if self.at < self.end else ""

    def take(self, wanted: str) -> bool:
        if self.text.startswith(wanted, self.at) and self.at + len(wanted) <= self.end:
            self.at += len(wanted)
            return True
        return False

    def parse(self) -> _Node:
        node = self.choice(0)
        if self.at < self.end:
            raise self.fail("a ) without its (", "Close only what is open, or write \\) for the character.")
        return node

    def choice(self, depth: int) -> _Node:
        if depth > NESTING_MAX:
            raise self.fail(f"groups nested deeper than {NESTING_MAX}")
        branches = [self.row(depth)]
        while self.take("|"):
            branches.append(self.row(depth))
        return branches[0] if len(branches) == 1 else _Choice(tuple(branches))

    def row(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while (char := self.peek()) and char not in "|)":
            parts.append(self.quantified(self.atom(depth)))
        return _Row(tuple(parts))

    def atom(self, depth: int) -> _Node:
        char = self.peek()
        if char == "(":
            return self.group(depth)
        if char == "[":
            self.at += 1
            return _Chars(self.char_class())
        if char == "\\":
            return _Chars(self.escape(_SYNTAX))
        if char in "*+?{":
            raise self.fail(f"nothing for {char} to repeat", f"Write \\{char} for the character.")
        if char in "]}^$":
            raise self.fail(f"a bare {char}", f"Write \\{char} for the character.")
        self.at += 1
        return _Chars(_DOT if char == "." else ((ord(char), ord(char)),))

    def group(self, depth: int) -> _Node:
        self.at += 1
        if self.peek() == "?" and not self.take("?:"):
            raise self.fail(
                "look-around and named groups are not part of the dialect", "Use plain groups: ( ) or (?: )."
            )
        node = self.choice(depth + 1)
        if not self.take(")"):
            raise self.fail("a ( without its )", "Close the group.")
        return node

    def quantified(self, node: _Node) -> _Node:
        if self.take("*"):
            low, high = 0, None
        elif self.take("+"):
            low, high = 1, None
        elif self.take("?"):
            low, high = 0, 1
        elif self.take("{"):
            low, high = self.bounds()
        else:
            return node
        # A lazy quantifier changes which match is found first, never whether the whole text matches.
        self.take("?")
        if self.peek() and self.peek() in "*+?{":
            raise self.fail("two quantifiers in a row", "Put a group around the first: (a{2})*.")
        return _Repeat(node, low, high)

    def bounds(self) -> tuple[int, int | None]:
        low = self.number()
        high: int | None = low
        if self.take(","):
            high = None if self.peek() == "}" else self.number()
        if not self.take("}"):
            raise self.fail("a repetition that is not {n}, {n,} or {n,m}")
        if high is not None and high < low:
            raise self.fail(f"a repetition from {low} to {high}", "Write the smaller number first.")
        return low, high

    def number(self) -> int:
        digits = ""
        while self.peek() and self.peek() in "0123456789":
            digits += self.peek()
            self.at += 1
        if not digits:
            raise self.fail("a repetition without a number", "Write {n,m}, or \\{ for the character.")
        if len(digits) > 6 or int(digits) > REPEAT_MAX:
            raise self.fail(f"a repetition above {REPEAT_MAX}", "Bound the length with the field's max instead.")
        return int(digits)

    def escape(self, allowed: str) -> Ranges:
        """The characters that the escape at the cursor stands for; `allowed`: punctuation that may be escaped."""
        self.at += 1
        char = self.peek()
        if char in _SETS:
            self.at += 1
            return _SETS[char]
        if char in _CONTROLS:
            self.at += 1
            return ((_CONTROLS[char], _CONTROLS[char]),)
        if char in ("x", "u"):
            digits = self.text[self.at + 1 : min(self.at + (3 if char == "x" else 5), self.end)]
            if len(digits) < (2 if char == "x" else 4) or any(d not in "0123456789abcdefABCDEF" for d in digits):
                raise self.fail(f"a \\{char} without its hexadecimal digits", "Write \\x41 or \\u0041.")
            self.at += 1 + len(digits)
            return ((int(digits, 16), int(digits, 16)),)
        if char and char in allowed:
            self.at += 1
            return ((ord(char), ord(char)),)
        if char and char in "123456789kbB":
            raise self.fail("back-references and word boundaries are not part of the dialect")
        raise self.fail("an unknown escape", f"Only these may be escaped: {allowed}")

    def char_class(self) -> Ranges:
        inverted = self.take("^")
        ranges: list[tuple[int, int]] = []
        while not self.take("]"):
            low = self.class_part()
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.class_part()
                if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
                    raise self.fail("a range whose ends are not single characters", "Write \\- for the character.")
                if low[0][0] > high[0][0]:
                    raise self.fail("a range that runs backwards", "Write the smaller character first.")
                ranges.append((low[0][0], high[0][0]))
            else:
                ranges.extend(low)
        return _all_but(_union(ranges)) if inverted else _union(ranges)

    def class_part(self) -> Ranges:
        char = self.peek()
        if not char:
            raise self.fail("a [ without its ]", "Close the class, or write \\[ for the character.")
        if char == "\\":
            return self.escape(_SYNTAX + "-")
        self.at += 1
        return ((ord(char), ord(char)),)


class _Machine:
    """The nondeterministic automaton, and the subsets that make it deterministic. Node 0 is the start."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.work = 0
        self.edges: list[list[tuple[Ranges, int]]] = []
        self.empty: list[list[int]] = []
        self.node()

    def spend(self, steps: int) -> None:
        self.work += steps
        if self.work > WORK_MAX:
            raise InvalidPattern(
                f"Pattern {self.pattern!r} is too big to check quickly.",
                mend="Repeat less: leave the length to the field's max, and avoid repeats within repeats.",
            )

    def node(self) -> int:
        self.edges.append([])
        self.empty.append([])
        return len(self.edges) - 1

    def add(self, node: _Node, start: int) -> int:
        """Lay `node` out behind `start`; the node where it ends."""
        # Dearer than a step of the search, so that at most some thousand nodes come to be.
        self.spend(20)
        match node:
            case _Chars(ranges):
                end = self.node()
                self.edges[start].append((ranges, end))
                return end
            case _Row(parts):
                for part in parts:
                    start = self.add(part, start)
                return start
            case _Choice(branches):
                end = self.node()
                for branch in branches:
                    first = self.node()
                    self.empty[start].append(first)
                    self.empty[self.add(branch, first)].append(end)
                return end
            case _Repeat(inner, low, high):
                for _ in range(low):
                    start = self.add(inner, start)
                end = self.node()
                self.empty[start].append(end)
                if high is None:
                    self.empty[self.add(inner, end)].append(end)
                for _ in range(low, high or low):
                    start = self.add(inner, start)
                    self.empty[start].append(end)
                return end

    def closure(self, nodes: Iterable[int]) -> frozenset[int]:
        seen = set(nodes)
        todo = list(seen)
        while todo:
            for target in self.empty[todo.pop()]:
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        self.spend(len(seen))
        return frozenset(seen)

    def determined(self, end: int) -> "Pattern":
        cuts = sorted({cut for edges in self.edges for ranges, _ in edges for a, b in ranges for cut in (a, b + 1)})
        starts = [0, *(cut for cut in cuts if 0 < cut <= _LAST)]
        kinds = {ranges: _kinds(ranges, starts) for edges in self.edges for ranges, _ in edges}
        first = self.closure((0,))
        numbers = {first: 0}
        rows: list[dict[int, int]] = []
        for subset in (todo := [first]):
            moves: dict[int, set[int]] = {}
            for node in subset:
                for ranges, target in self.edges[node]:
                    self.spend(len(kinds[ranges]))
                    for kind in kinds[ranges]:
                        moves.setdefault(kind, set()).add(target)
            row: dict[int, int] = {}
            for kind, targets in moves.items():
                reached = self.closure(targets)
                if reached not in numbers:
                    numbers[reached] = len(numbers)
                    todo.append(reached)
                row[kind] = numbers[reached]
            rows.append(row)
        ends = frozenset(number for subset, number in numbers.items() if end in subset)
        return Pattern(self.pattern, tuple(starts), tuple(rows), ends)


def _kinds(ranges: Ranges, starts: list[int]) -> tuple[int, ...]:
    return tuple(k for a, b in ranges for k in range(bisect_right(starts, a) - 1, bisect_right(starts, b)))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A ready automaton. Characters between two `starts` behave alike; `rows[state]` maps their number to a state."""

    source: str
    starts: tuple[int, ...]
    rows: tuple[dict[int, int], ...]
    ends: frozenset[int]

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` fits. One step per character."""
        starts, rows = self.starts, self.rows
        state: int | None = 0
        for char in text:
            state = rows[state].get(bisect_right(starts, ord(char)) - 1)
            if state is None:
                return False
        return state in self.ends


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern:
    """The automaton of `pattern`. Raises InvalidPattern: outside the dialect, or too big to stay fast."""
    machine = _Machine(pattern)
    return machine.determined(machine.add(_Parser(pattern).parse(), 0))
