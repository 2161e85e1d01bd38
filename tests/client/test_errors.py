import pytest

from fairmark.client import errors
from fairmark.client.errors import ApiError, error_of

BODY = (
    b'{"error":{"code":"no_such_task","message":"There is no task.","mend":"Check the id.","request_id":"r1",'
    b'"fields":{"a":1}}}'
)


class TestErrorOf:
    def test_carries_everything_that_the_server_said(self) -> None:
        error = error_of(404, BODY)
        assert isinstance(error, errors.NotFound)
        assert (error.code, error.message, error.mend) == ("no_such_task", "There is no task.", "Check the id.")
        assert (error.status, error.request_id, error.fields) == (404, "r1", {"a": 1})

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (401, errors.NotSignedIn), (403, errors.Forbidden), (404, errors.NotFound), (409, errors.Conflict),
            (413, errors.TooLarge), (422, errors.Invalid), (429, errors.TooOften), (500, errors.Unavailable),
            (503, errors.Unavailable), (418, ApiError),
        ],
    )  # fmt: skip
    def test_the_status_decides_the_class(self, status: int, kind: type[ApiError]) -> None:
        assert type(error_of(status, BODY)) is kind

    @pytest.mark.parametrize("body", [b"", b"<html>\n Bad  gateway</html>", b'{"error":"no"}', b"\xff\xfe", b"[]"])
    def test_an_answer_of_something_else_is_still_an_error_with_a_code(self, body: bytes) -> None:
        error = error_of(502, body)
        assert (error.code, error.status) == ("http_502", 502)
        assert "502" in error.message
        assert "FAIRMARK_URL" in error.mend

    def test_an_excerpt_of_a_foreign_answer_is_one_short_line(self) -> None:
        assert error_of(502, b"<p>Bad\n\n gateway</p>" + b"x" * 5000).message.startswith(
            "The server answered 502: <p>Bad gateway</p>xxx"
        )
        assert len(error_of(502, b"x" * 5000).message) < 300
