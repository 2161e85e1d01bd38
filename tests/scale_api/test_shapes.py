"""Reading what a request says: places in errors, times, flags, counts."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.scale_api.model import BadRequest, first_id_at, new_scale_id, timestamp
from fairmark.scale_api.shapes import at, entries, read, read_any, read_count, read_flag, read_time, without_nulls

TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - zones are given by the tests


class Inner(msgspec.Struct):
    """Something within."""

    size: int


class Outer(msgspec.Struct):
    """Something to read."""

    name: str
    parts: list[Inner] = []


class TestRead:
    @pytest.mark.parametrize(
        ("value", "named"),
        [
            ({}, "`request.name` is missing."),
            ({"name": 1}, "`request.name`"),
            ({"name": "a", "parts": {}}, "`request.parts`"),
            ({"name": "a", "parts": [{"size": 1}, {"size": "x"}]}, "`request.parts[1].size`"),
            ({"name": "a", "parts": [{}]}, "`request.parts[0].size` is missing."),
            ([], "`request`"),
        ],
    )
    def test_the_place_of_what_is_wrong_is_named(self, value: object, named: str) -> None:
        with pytest.raises(BadRequest) as refused:
            read(value, Outer, "request")
        assert named in refused.value.message

    def test_without_a_place_the_member_alone_is_named(self) -> None:
        with pytest.raises(BadRequest, match=r"^`name` is missing"):
            read({}, Outer)

    def test_kinds_that_are_no_class_are_read_as_well(self) -> None:
        assert read_any(None, str | None, "x") is None
        with pytest.raises(BadRequest, match="`x`"):
            read_any(1, str | None, "x")


class TestEntries:
    def test_a_wrong_one_is_named_by_its_key(self) -> None:
        assert entries({"a": {"size": 1}}, Inner, "all") == {"a": Inner(1)}
        with pytest.raises(BadRequest, match=r"`all\.b\.size`"):
            entries({"a": {"size": 1}, "b": {}}, Inner, "all")


class TestAt:
    def test_members_and_numbers(self) -> None:
        assert at(at(at("", "fields"), 0), "title") == "fields[0].title"


class TestWithoutNulls:
    def test_only_what_says_nothing_goes(self) -> None:
        assert without_nulls({"a": None, "b": 0, "c": "", "d": {"e": None}}) == {"b": 0, "c": "", "d": {"e": None}}


class TestReadTime:
    @given(when=TIMES, hours=st.integers(-12, 14))
    def test_every_way_to_write_a_time_is_the_same_time(self, when: datetime, hours: int) -> None:
        known = when.replace(tzinfo=UTC)
        there = known.astimezone(timezone(timedelta(hours=hours)))
        for text in (when.isoformat(), when.isoformat(" "), known.isoformat(), there.isoformat(), f" {known} "):
            assert read_time(text, "start_time") == known

    @given(when=TIMES)
    def test_what_the_api_tells_can_be_asked_for(self, when: datetime) -> None:
        known = when.replace(tzinfo=UTC, microsecond=when.microsecond // 1000 * 1000)
        assert read_time(timestamp(known), "start_time") == known
        assert len(timestamp(known)) == len("2026-01-05T10:00:00.000Z")

    def test_a_day_begins_at_midnight_of_utc(self) -> None:
        assert read_time("2026-01-31", "end_time") == datetime(2026, 1, 31, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "31.01.2026", "", "1767607200"])
    def test_anything_else_is_named(self, text: str) -> None:
        with pytest.raises(BadRequest, match="`end_time`"):
            read_time(text, "end_time")


class TestReadFlag:
    def test_as_python_and_others_write_them(self) -> None:
        assert [read_flag(text, "x") for text in ("True", "true", " 1 ")] == [True] * 3
        assert [read_flag(text, "x") for text in ("False", "false", "0", "")] == [False] * 4
        with pytest.raises(BadRequest, match="`x`"):
            read_flag("maybe", "x")


class TestReadCount:
    @given(number=st.integers(-200, 200))
    def test_numbers_in_range(self, number: int) -> None:
        if 1 <= number <= 100:
            assert read_count(str(number), "limit", 1, 100) == number
        else:
            with pytest.raises(BadRequest, match="`limit`"):
                read_count(str(number), "limit", 1, 100)

    @pytest.mark.parametrize("text", ["x", "1.5", "1e3", "٣", "", "9" * 30])
    def test_anything_else_is_named(self, text: str) -> None:
        with pytest.raises(BadRequest, match="`limit`"):
            read_count(text, "limit", 1, 100)


class TestScaleIds:
    @given(one=TIMES, other=TIMES)
    def test_ids_sort_as_their_times_do(self, one: datetime, other: datetime) -> None:
        first, second = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
        if second - first >= timedelta(milliseconds=1):
            assert new_scale_id(first) < new_scale_id(second)
        id = new_scale_id(first)
        assert first_id_at(first) <= id < first_id_at(first + timedelta(milliseconds=2))
        assert len(id) == 24
        assert set(id) <= set("0123456789abcdef")
