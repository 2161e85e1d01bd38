"""Names on their way into files and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.formats.model import NAME_CHARS_MAX, OverLimit, PathOutside
from fairmark.formats.names import (
    PATH_CHARS_MAX,
    MarkIds,
    NameTable,
    class_names,
    is_listed,
    is_slug,
    relative_path,
    safe_path,
    slug_of,
    stem_of,
    suffix_of,
    title_of,
    without_root,
)
from fairmark.ontology.model import ItemClass

from .strategies import LETTERS, NAMES, TITLES


def classes(*titles: str) -> list[ItemClass]:
    return [ItemClass(f"c{place}", title, "#000000", ("box",)) for place, title in enumerate(titles)]


class TestSlugOf:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("car", "car"),
            ("a_", "a_"),
            ("Traffic Light", "traffic_light"),
            ("Fußgänger", "fussganger"),
            ("  --x--  ", "x"),
            ("A/B\\C", "a_b_c"),
        ],
    )
    def test_keeps_what_it_can(self, name: str, slug: str) -> None:
        assert slug_of(name) == slug

    def test_names_without_latin_letters_get_a_hash_of_their_own(self) -> None:
        assert slug_of("行人") == slug_of("行人") != slug_of("汽车")
        assert slug_of("行人").startswith("class_")

    def test_never_gives_a_taken_one(self) -> None:
        assert slug_of("Car", {"car"}) == "car_2"
        assert slug_of("CAR!", {"car", "car_2"}) == "car_3"
        # 64 characters are the limit: the number takes the place of the last two.
        assert slug_of("x" * 80, {"x" * 64}) == "x" * 62 + "_2"

    @given(st.lists(TITLES, max_size=20))
    def test_always_gives_distinct_slugs(self, names: list[str]) -> None:
        taken: set[str] = set()
        for name in names:
            slug = slug_of(name, taken)
            assert is_slug(slug)
            assert slug not in taken
            taken.add(slug)


class TestTitleOf:
    @pytest.mark.parametrize(
        ("name", "title"),
        [("Car", "Car"), (" a\n\tb\x00 ", "a b"), ("\x07", "?"), ("x" * 300, "x" * 200), ("ä行", "ä行")],
    )
    def test_is_one_line_that_every_format_takes(self, name: str, title: str) -> None:
        assert title_of(name) == title


class TestClassNames:
    def test_titles_stay_unless_they_clash(self) -> None:
        assert class_names(classes("Car", "Bus", "car")) == {"c0": "Car (c0)", "c1": "Bus", "c2": "car (c2)"}

    def test_a_title_that_looks_like_a_clash_resolved_is_told_apart(self) -> None:
        names = class_names(classes("A", "A", "A (c0)"))
        assert names == {"c0": "A (c0)", "c1": "A (c1)", "c2": "A (c0) (c2)"}

    @given(st.lists(TITLES, max_size=10))
    def test_are_distinct_in_any_case(self, titles: list[str]) -> None:
        names = class_names(classes(*titles)).values()
        assert len({name.casefold() for name in names}) == len(titles)


class TestRelativePath:
    @pytest.mark.parametrize(("raw", "path"), [("a/b.jpg", "a/b.jpg"), ("a\\b.jpg", "a/b.jpg"), ("./a//b", "a/b")])
    def test_divides_by_slashes(self, raw: str, path: str) -> None:
        assert relative_path(raw, file="x") == path

    @pytest.mark.parametrize(
        "raw", ["../a", "a/../../b", "/etc/passwd", "\\\\host\\a", "C:\\a", "c:a", "", ".", "a\x00b", "a\\..\\b"]
    )
    def test_refuses_what_leads_elsewhere(self, raw: str) -> None:
        with pytest.raises(PathOutside) as caught:
            relative_path(raw, file="list.csv")
        assert caught.value.fields["file"] == "list.csv"
        assert caught.value.mend

    def test_refuses_endless_names(self) -> None:
        with pytest.raises(OverLimit):
            relative_path("a" * (NAME_CHARS_MAX + 1), file="x")


class TestWithoutRoot:
    @pytest.mark.parametrize(
        ("raw", "path"),
        [("/home/a/b.jpg", "home/a/b.jpg"), ("C:\\a\\b.jpg", "a/b.jpg"), ("a/b.jpg", "a/b.jpg"), ("//h/a", "h/a")],
    )
    def test_cuts_drive_and_slashes(self, raw: str, path: str) -> None:
        assert without_root(raw) == path


class TestSafePath:
    @pytest.mark.parametrize("name", ["a.jpg", "cam 1/ä 行.jpg", "a.b.c", "a,b;'c'.jpg", ".hidden"])
    def test_good_names_stay(self, name: str) -> None:
        assert safe_path(name) == name

    @pytest.mark.parametrize(
        ("raw", "path"),
        [
            ("../../a.jpg", "a.jpg"),
            ("C:\\x\\a.jpg", "x/a.jpg"),
            ('a<b>:"|?*.jpg', "a_b______.jpg"),
            ("con.jpg", "_con.jpg"),
            ("AUX", "_AUX"),
            ("console.jpg", "console.jpg"),
            ("a.txt/b.jpg", "a.txt_/b.jpg"),
            (" a . ", "a"),
            ("", "_"),
            ("..", "_"),
        ],
    )
    def test_bad_parts_are_changed(self, raw: str, path: str) -> None:
        assert safe_path(raw) == path

    def test_long_parts_are_cut_and_keep_their_extension(self) -> None:
        path = safe_path("ä" * 300 + ".jpg")
        assert len(path.encode()) <= 200
        assert path.endswith(".jpg")
        assert path != safe_path("ä" * 301 + ".jpg")

    @given(NAMES | st.text(LETTERS, max_size=1500))
    def test_gives_a_relative_path_and_stays_with_it(self, raw: str) -> None:
        path = safe_path(raw)
        assert relative_path(path, file="x") == path
        assert len(path) <= PATH_CHARS_MAX
        assert safe_path(path) == path


class TestStemOf:
    @pytest.mark.parametrize(
        ("path", "stem"),
        [("a.jpg", "a"), ("a/b.c.jpg", "a/b.c"), ("a.b/c", "a.b/c"), (".jpg", ".jpg"), ("a/.jpg", "a/.jpg")],
    )
    def test_cuts_the_last_extension(self, path: str, stem: str) -> None:
        assert stem_of(path) == stem
        assert stem + suffix_of(path) == path


class TestIsListed:
    @pytest.mark.parametrize("path", ["__MACOSX/a.jpg", "a/._b.jpg", "a/.DS_Store", "Thumbs.db"])
    def test_passes_over_what_desktops_leave(self, path: str) -> None:
        assert not is_listed(path)

    @pytest.mark.parametrize("path", ["a.jpg", "a/.hidden", "a_._b"])
    def test_lists_the_rest(self, path: str) -> None:
        assert is_listed(path)


class TestNameTable:
    def test_gives_each_stem_once(self) -> None:
        names = NameTable()
        assert names.claim("a.jpg", "1") == "a.jpg"
        second = names.claim("a.png", "2")
        assert second.startswith("a-")
        assert second.endswith(".png")
        assert names.claim("b/a.jpg", "3") == "b/a.jpg"

    def test_gives_each_name_once_where_extensions_count(self) -> None:
        names = NameTable()
        assert names.claim("a.jpg", "1", by_stem=False) == "a.jpg"
        assert names.claim("a.png", "2", by_stem=False) == "a.png"
        assert names.claim("a.jpg", "3", by_stem=False) != "a.jpg"

    @pytest.mark.parametrize(("first", "second"), [("A.jpg", "a.jpg"), ("ä.jpg", "a\u0308.jpg"), ("STRASSE", "straße")])
    def test_takes_names_for_equal_that_a_file_system_may(self, first: str, second: str) -> None:
        names = NameTable()
        names.claim(first, "1")
        assert names.claim(second, "2") != second

    def test_the_same_identity_twice_still_gets_two_names(self) -> None:
        names = NameTable()
        assert len({names.claim("a.jpg", "same") for _ in range(5)}) == 5

    def test_a_hundred_thousand_names_keep_theirs(self) -> None:
        # Four probes of 2^27 bits: with 100,000 names a fresh one is mistaken with a chance of (4e5 / 1.3e8)^4 = 8e-11.
        names = NameTable()
        assert all(names.claim(f"{number:06d}.jpg", "x") == f"{number:06d}.jpg" for number in range(100_000))


class TestMarkIds:
    def test_keeps_what_a_mark_can_be_called_once(self) -> None:
        ids = MarkIds("r")
        # An empty id, one with a space, one above 64 characters, and one that is taken.
        assert [ids.claim(given) for given in ("a-1", "", "a b", "x" * 65, "a-1")] == ["a-1", "r2", "r3", "r4", "r5"]
