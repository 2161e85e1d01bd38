"""A customer's words as ids, and back."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.types.words import LabelDescription, Names, distinct, options, plain, title, uuid_of

WORDS = st.lists(st.text(min_size=1, max_size=30), max_size=20)


class TestNames:
    @given(words=WORDS)
    def test_every_word_has_an_id_of_its_own_and_leads_back(self, words: list[str]) -> None:
        names = Names()
        ids = [names.slug(word) for word in words]
        assert [names.word(id) for id in ids] == words
        assert len(set(ids)) == len(set(words))
        assert all(re.fullmatch(r"[a-z0-9_]+(-[0-9]+)?", id) for id in ids)

    @given(words=WORDS)
    def test_the_same_words_in_the_same_order_have_the_same_ids(self, words: list[str]) -> None:
        one, other = Names(), Names()
        assert [one.slug(word) for word in words] == [other.slug(word) for word in words]

    @given(words=WORDS, data=st.data())
    def test_learned_words_have_them_in_whatever_order_they_come(self, words: list[str], data: st.DataObject) -> None:
        turned = data.draw(st.permutations(words))
        one, other = Names(words), Names(turned)
        assert {word: one.known(word) for word in words} == {word: other.known(word) for word in words}

    def test_what_reads_alike_is_told_apart(self) -> None:
        names = Names()
        assert [names.slug(word) for word in ("Stop sign", "stop-sign", "日本", "中国", "Stop sign")] == [
            "stop_sign", "stop_sign-2", "x", "x-2", "stop_sign",
        ]  # fmt: skip
        assert names.known("bus") is None
        assert names.word("bus") == "bus"


class TestDistinct:
    LABELS = ["car", LabelDescription("sign", ["stop", LabelDescription("yield", display="Give way", description="?")])]

    def test_headings_are_no_labels_and_stand_before_those_below_them(self) -> None:
        assert [(leaf.choice, leaf.name, leaf.place) for leaf in distinct(self.LABELS, "labels")] == [
            ("car", "car", "labels[0]"),
            ("stop", "sign / stop", "labels[1].subchoices[0]"),
            ("yield", "sign / Give way", "labels[1].subchoices[1]"),
        ]

    def test_a_label_twice_none_and_one_without_a_name_are_refused(self) -> None:
        for labels, place in ((["a", "a"], "labels[1]"), ([], "labels"), ([" "], "labels[0]")):
            with pytest.raises(BadRequest) as refused:
                distinct(labels, "labels")
            assert f"`{place}`" in refused.value.message


class TestOptions:
    def test_those_that_read_alike_have_their_word_behind_them(self) -> None:
        labels = [LabelDescription("a", display="One"), LabelDescription("b", display="One"), "c"]
        found = options(distinct(labels, "labels"), Names())
        assert [(each.id, each.name) for each in found] == [("a", "One (a)"), ("b", "One (b)"), ("c", "c")]


class TestTitle:
    @given(text=st.text(max_size=400))
    def test_it_is_one_line_that_fits(self, text: str) -> None:
        found = title(text, "nothing")
        assert 1 <= len(found) <= 200
        assert found == " ".join(found.split()) or found.endswith("…")


class TestUuidOf:
    def test_a_uuid_stays_and_anything_else_has_always_the_same(self) -> None:
        own = "5F6B1F0E-7B0A-4A58-9A0D-0D9A3F2F1C11"
        assert uuid_of("task", own) == own.lower()
        assert uuid_of("task", "m1") == uuid_of("task", "m1") == str(UUID(uuid_of("task", "m1")))
        assert len({uuid_of("task", "m1"), uuid_of("task", "m2"), uuid_of("other", "m1")}) == 3


class TestPlain:
    def test_whole_numbers_have_no_point(self) -> None:
        assert (repr(plain(3.0)), repr(plain(3.5)), repr(plain(-0.0)), repr(plain(1e300))) == (
            "3",
            "3.5",
            "0",
            "1e+300",
        )
