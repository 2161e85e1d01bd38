"""Names, rows and batches."""

import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.assets.model import BadName, BadRow, Batch, BatchCancelled, BatchState, NewItem, Ref, RefKind, RowProblem
from fairmark.assets.rules import change_batch, check_item, clean_name, encode_meta, lay_pages, name_of_url, page_name
from fairmark.kernel.ids import BatchId, ProjectId

ID = UUID("01a20000-0000-7000-8000-000000000001")
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


class TestCleanName:
    @pytest.mark.parametrize("name", ["a.jpg", "a/b c.jpg", "\u6771\u4eac.png", "\U0001f600", "x" * 1024])
    def test_keeps_names_that_are_fine(self, name: str) -> None:
        assert clean_name(name) == name

    def test_composes(self) -> None:
        assert clean_name("Cafe\u0301") == "Caf\u00e9"

    @pytest.mark.parametrize(
        "name",
        ["", "a\x00b", "a\nb", "a\x7fb", "\x1b[31m", "a\u2028b", "a\ud800b", "x" * 1025, "\u6771" * 700],
    )
    def test_refuses_what_cannot_be_shown_or_stored(self, name: str) -> None:
        with pytest.raises(BadName):
            clean_name(name)

    @given(st.text(max_size=50))
    def test_of_anything_is_composed_and_storable(self, text: str) -> None:
        try:
            name = clean_name(text)
        except BadName:
            return
        assert unicodedata.is_normalized("NFC", name)
        assert "\x00" not in name
        assert clean_name(name) == name


class TestNameOfUrl:
    @pytest.mark.parametrize(
        ("url", "name"),
        [
            ("https://example.com/a/b%20c.jpg?x=/y#z", "b c.jpg"),
            ("https://example.com/a/", "a"),
            ("https://example.com", "example.com"),
            ("https://example.com/?q=a.jpg", "example.com"),
            ("s3://bucket/a/b.png", "b.png"),
            ("https://example.com/a%00%0Ab.jpg", "a__b.jpg"),
            ("https://example.com/..%2F..%2Fetc", "etc"),
            ("https://example.com/%2F", "file"),
        ],
    )
    def test_is_the_last_part_of_the_path(self, url: str, name: str) -> None:
        assert name_of_url(url) == name


class TestEncodeMeta:
    def test_is_json(self) -> None:
        assert encode_meta({}) == "{}"
        assert encode_meta({"a": [1, None, "\u00e9"]}) == '{"a":[1,null,"\u00e9"]}'

    @pytest.mark.parametrize("meta", [{"a": "x" * 70_000}, {"a": "b\x00c"}, {"a\x00": 1}, {"a": "\ud800"}])
    def test_refuses_what_cannot_be_stored(self, meta: dict[str, Any]) -> None:
        with pytest.raises(BadRow):
            encode_meta(meta)


class TestCheckItem:
    def test_reads_every_way_to_name_a_file(self) -> None:
        row = {
            "external_id": "e",
            "name": "n",
            "assets": [
                {"asset_id": str(ID)},
                {"upload_id": str(ID)},
                {"url": "https://example.com/a.jpg", "name": "b.jpg"},
                {"sha256": "ab" * 32},
                {"name": "c.jpg"},
            ],
            "meta": {"k": 1},
            "priority": -3,
            "prelabel": {"version": 1, "answers": {"q": "yes"}},
        }
        found = check_item(4, row)
        assert isinstance(found, NewItem)
        assert found.refs == (
            Ref(RefKind.ASSET, ID),
            Ref(RefKind.UPLOAD, ID),
            Ref(RefKind.URL, "https://example.com/a.jpg", "b.jpg"),
            Ref(RefKind.SHA256, b"\xab" * 32),
            Ref(RefKind.NAME, "c.jpg", "c.jpg"),
        )
        assert (found.number, found.external_id, found.name, found.meta, found.priority) == (4, "e", "n", '{"k":1}', -3)
        assert found.prelabel is not None

    @pytest.mark.parametrize(
        ("row", "code", "place"),
        [
            ({}, "bad_row", ""),
            (3, "bad_row", ""),
            ({"assets": []}, "bad_row", "/assets"),
            ({"assets": [{}]}, "bad_row", ""),
            ({"assets": [{"url": 3}]}, "bad_row", "/assets/0/url"),
            ({"assets": [{"url": "https://e.com/a", "asset_id": str(ID)}]}, "bad_row", ""),
            ({"assets": [{"asset_id": "x"}]}, "bad_row", "/assets/0/asset_id"),
            ({"assets": [{"name": "a"}], "size": 3}, "bad_row", ""),
            ({"assets": [{"name": "a"}], "priority": 10**9}, "bad_row", "/priority"),
            ({"assets": [{"name": "a"}] * 1001}, "bad_row", "/assets"),
            ({"assets": [{"name": "a"}], "prelabel": {"version": 99}}, "bad_row", "/prelabel/version"),
            ({"assets": [{"name": "a"}], "external_id": "x\ny"}, "bad_name", ""),
            ({"assets": [{"url": "ftp://e.com/a"}]}, "url_invalid", ""),
            ({"assets": [{"url": "s3://bucket/a"}]}, "bucket_forbidden", ""),
        ],
    )
    def test_says_what_is_wrong_and_where(self, row: Any, code: str, place: str) -> None:
        found = check_item(7, row)
        assert isinstance(found, RowProblem)
        assert (found.index, found.code, found.place) == (7, code, place)
        assert found.message

    def test_takes_buckets_that_are_open(self) -> None:
        assert isinstance(check_item(0, {"assets": [{"url": "s3://b/a.jpg"}]}, ["s3://b/"]), NewItem)

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=8),
            lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["assets", "url", "name", "meta", "asset_id"]), x),
            max_leaves=8,
        )
    )
    def test_of_anything_never_fails(self, row: Any) -> None:
        assert isinstance(check_item(0, row), NewItem | RowProblem)


class TestChangeBatch:
    BATCH = Batch(
        id=BatchId(uuid4()), project_id=ProjectId(uuid4()), name="b", state=BatchState.OPEN, priority=2, due_at=AT,
        items=0, created_at=AT,
    )  # fmt: skip

    def test_changes_what_is_given(self) -> None:
        assert change_batch(self.BATCH, None, None, None) == self.BATCH
        changed = change_batch(self.BATCH, BatchState.PAUSED, 0, None)
        assert (changed.state, changed.priority, changed.due_at) == (BatchState.PAUSED, 0, AT)
        assert change_batch(self.BATCH, None, None, None, clear_due=True).due_at is None

    def test_leaves_cancelled_ones_cancelled(self) -> None:
        cancelled = change_batch(self.BATCH, BatchState.CANCELLED, None, None)
        assert change_batch(cancelled, BatchState.CANCELLED, 5, None).priority == 5
        with pytest.raises(BatchCancelled):
            change_batch(cancelled, BatchState.OPEN, None, None)


class TestPageName:
    def test_ends_as_the_pages_file_does_and_is_no_longer_than_names_are(self) -> None:
        assert page_name("a/scan.tif", "page", 2, ".png") == "a/scan.tif, page 2.png"
        long = page_name("x" * 1024, "frame", 12, ".png")
        assert (len(long), long.endswith("x, frame 12.png")) == (1024, True)
        # Of 1,000 characters with 3 bytes each, 2,000 bytes are left.
        assert len(page_name("\u4e00" * 1000, "page", 1, ".png").encode()) <= 2000


class TestLayPages:
    FILE, OTHER, *PAGES = (UUID(int=n) for n in range(1, 6))

    def row(self, prelabel: str | None = None) -> NewItem:
        return NewItem(0, None, None, (), prelabel=prelabel)

    def test_puts_pages_in_the_place_of_their_file(self) -> None:
        pages = {self.FILE: self.PAGES}
        assert lay_pages(self.row(), [self.FILE, self.OTHER], pages) == (*self.PAGES, self.OTHER)
        assert lay_pages(self.row(), [self.OTHER], pages) == (self.OTHER,)

    def test_lets_labels_name_images_by_number_where_that_stays_right(self) -> None:
        pages = {self.FILE: self.PAGES}
        assert lay_pages(self.row("{}"), [self.OTHER, self.FILE], pages) == (self.OTHER, *self.PAGES)
        refused = lay_pages(self.row("{}"), [self.FILE, self.OTHER], pages)
        assert isinstance(refused, RowProblem)
        assert (refused.code, refused.place) == ("labels_unfit", "/prelabel")

    def test_refuses_more_images_than_an_item_may_have(self) -> None:
        refused = lay_pages(self.row(), [self.FILE] * 334, {self.FILE: self.PAGES})
        # 334 times 3 pages.
        assert isinstance(refused, RowProblem)
        assert "hold 1002 images, 1000 at most" in refused.message
