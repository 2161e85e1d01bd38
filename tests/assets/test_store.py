"""Ids that rise, and statements that name their organisation."""

from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from fairmark.assets import store
from fairmark.assets.fetching import store as fetching
from fairmark.assets.imports import store as imports
from fairmark.assets.uploads import store as uploads


class TestIdsInOrder:
    @given(st.integers(0, 10_000))
    def test_rise_and_are_of_version_seven(self, count: int) -> None:
        ids = store.ids_in_order(count)
        assert len(set(ids)) == count
        assert ids == sorted(ids)
        assert all(id.version == 7 and id.variant == RFC_4122 for id in ids[:: max(1, count // 20)])

    def test_of_a_later_call_are_later(self) -> None:
        import time

        first = store.ids_in_order(100)
        time.sleep(0.002)
        assert max(first) < min(store.ids_in_order(100))


class TestStatements:
    def test_name_their_organisation(self) -> None:
        for statements in (store.q, uploads.q, imports.q, fetching.q):
            for statement in statements:
                assert "org_id" in statement.params, statement.name
