from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from fairmark.client import requests
from fairmark.client.errors import BadAnswer, BadSource
from fairmark.client.model import Mode, Page, page_of
from fairmark.client.requests import NULL, address, bearer, body_of, headers, params_of, read_answer

ID = UUID("01a201de-2bfb-7fc0-9c87-846fe6f1bd09")


class TestAddress:
    def test_an_argument_wins_over_the_environment_and_that_over_this_machine(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("FAIRMARK_URL", raising=False)
        assert address(None) == requests.URL_DEFAULT
        monkeypatch.setenv("FAIRMARK_URL", "https://label.example.org/")
        assert address(None) == "https://label.example.org"
        assert address("http://10.0.0.1:8080//") == "http://10.0.0.1:8080"

    @pytest.mark.parametrize("url", ["label.example.org", "ftp://x", "http://", "file:///etc/passwd"])
    def test_refuses_what_is_no_server(self, url: str) -> None:
        with pytest.raises(BadSource, match="no server's address"):
            address(url)


class TestHeaders:
    def test_name_the_client_and_the_organisation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FAIRMARK_ORG", "from-environment")
        assert headers(None)["X-Fairmark-Org"] == "from-environment"
        assert headers(ID)["X-Fairmark-Org"] == str(ID)
        assert headers(ID)["user-agent"].startswith("fairmark-python/")
        monkeypatch.delenv("FAIRMARK_ORG")
        assert "X-Fairmark-Org" not in headers(None)


class TestBearer:
    def test_an_argument_wins_over_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FAIRMARK_KEY", "live_1")
        assert (bearer("live_2"), bearer(None)) == ("live_2", "live_1")
        monkeypatch.setenv("FAIRMARK_KEY", "")
        assert bearer(None) is None


class TestBodyOf:
    def test_none_is_left_out_and_null_is_said(self) -> None:
        body = body_of({"a": None, "b": NULL, "c": [1], "d": Mode.TEST, "e": ID, "f": False})
        assert msgspec.json.decode(body) == {"b": None, "c": [1], "d": "test", "e": str(ID), "f": False}


class TestParamsOf:
    def test_writes_values_as_the_server_reads_them(self) -> None:
        at = datetime(2026, 1, 2, tzinfo=UTC)
        params = params_of({"a": None, "b": True, "c": ["x", "y"], "d": Mode.LIVE, "e": at, "f": 0.5, "g": ID})
        assert params.multi_items() == [
            ("b", "true"), ("c", "x"), ("c", "y"), ("d", "live"), ("e", "2026-01-02T00:00:00+00:00"), ("f", "0.5"),
            ("g", str(ID)),
        ]  # fmt: skip


class TestReadAnswer:
    def test_reads_typed_pages(self) -> None:
        assert read_answer(b'{"rows":[1,2],"next":"n","more":1}', page_of(int), "/x") == Page([1, 2], "n")

    @pytest.mark.parametrize("body", [b"", b"<html>", b'{"rows":["a"]}', b"\xff"])
    def test_an_answer_of_another_form_is_named(self, body: bytes) -> None:
        with pytest.raises(BadAnswer, match="/x"):
            read_answer(body, page_of(int), "/x")
