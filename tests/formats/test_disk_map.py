"""The map on disk."""

import threading

from fairmark.formats.disk_map import DiskMap


class TestDiskMap:
    def test_gives_back_what_it_was_filled_with(self) -> None:
        table = DiskMap()
        assert table.fill([("b", b"2"), ("a", b"1"), ("ä", b"3")]) == 3
        assert table.get("a") == b"1"
        assert table.get("c") is None
        assert "ä" in table
        assert "c" not in table

    def test_keys_come_in_the_order_of_their_bytes(self) -> None:
        table = DiskMap()
        table.fill((key, b"") for key in ["b", "ä", "B", "a/b", "a"])
        assert list(table.keys()) == ["B", "a", "a/b", "b", "ä"]

    def test_the_first_value_of_a_key_stays(self) -> None:
        table = DiskMap()
        assert table.fill([("a", b"1"), ("a", b"2")]) == 1
        assert table.fill([("a", b"3")]) == 0
        assert table.get("a") == b"1"

    def test_can_be_carried_on_by_another_thread(self) -> None:
        table = DiskMap()
        thread = threading.Thread(target=table.fill, args=([("a", b"1")],))
        thread.start()
        thread.join()
        assert table.get("a") == b"1"
        table.close()
