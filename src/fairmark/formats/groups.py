"""Groups of marks as numbers, for files that know no other names for them."""

from collections.abc import Sequence

from fairmark.ontology.model import Mark

GROUP_MAX = 2**31 - 1


class GroupNumbers:
    """Numbers of the groups of one image: a name that is such a number keeps it."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        names = dict.fromkeys(mark.group for mark in marks if mark.group is not None)
        self._numbers = {name: int(name) for name in names if _is_number(name)}
        self._used = set(self._numbers.values())
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = self.fresh()

    def number(self, mark: Mark) -> int:
        """Of the mark's group; 0: it has none."""
        return 0 if mark.group is None else self._numbers[mark.group]

    def fresh(self) -> int:
        """A number that nothing here has."""
        number = max(self._used, default=0) + 1
        if number > GROUP_MAX:
            number = next(each for each in range(1, GROUP_MAX) if each not in self._used)
        self._used.add(number)
        return number


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and name[0] != "0" and len(name) < 10 and int(name) <= GROUP_MAX
