"""Paths, as they came, and their named parts."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.scale_api.calls import Call, Route, Routes
from fairmark.scale_api.model import NoSuch
from fairmark.scale_api.routes import V1, V2

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


async def nothing(call: Call) -> Any:
    """Answers nothing."""


class TestFind:
    @given(name=NAMES, group=NAMES)
    def test_names_come_back_whatever_they_hold(self, name: str, group: str) -> None:
        routes = Routes([Route("PUT", "studio/projects/{project}/groups/{group}", nothing)])
        path = f"studio/projects/{quote(name, safe='')}/groups/{quote(group, safe='')}"
        _, named = routes.find("PUT", path)
        assert named == {"project": name, "group": group}

    def test_a_written_slash_divides_and_an_encoded_one_does_not(self) -> None:
        found, named = V1.find("GET", "batches/a%2Fstatus")
        assert (found.pattern, named) == ("batches/{name}", {"name": "a/status"})
        found, named = V1.find("GET", "batches/a/status")
        assert (found.pattern, named) == ("batches/{name}/status", {"name": "a"})
        found, named = V1.find("POST", "batches/a%20b%252F/finalize/")
        assert (found.pattern, named) == ("batches/{name}/finalize", {"name": "a b%2F"})

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", "nothing"), ("DELETE", "tasks"), ("GET", ""), ("GET", "a/b/c")]
    )
    def test_what_is_not_there_is_told(self, method: str, path: str) -> None:
        for routes in (V1, V2):
            with pytest.raises(NoSuch):
                routes.find(method, path)

    def test_a_plain_word_comes_before_a_name(self) -> None:
        assert V1.find("POST", "studio/batches/set_priorities")[0].pattern == "studio/batches/set_priorities"
        assert V1.find("PUT", "studio/batches/set_priorities")[0].pattern == "studio/batches/{name}"
