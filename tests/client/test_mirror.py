import inspect

from fairmark.client import AsyncClient, Client

from .mirror import CLIENT, files, mirrored


class TestMirrored:
    def test_the_sync_client_is_the_async_one_without_await(self) -> None:
        stale = [
            name
            for name in files()
            if (CLIENT / "sync" / name).read_text() != mirrored(name, (CLIENT / "aio" / name).read_text())
        ]
        assert stale == [], "run: python -m tests.client.mirror"

    def test_it_has_no_file_of_its_own_beside_those(self) -> None:
        beside = {path.name for path in (CLIENT / "sync").glob("*.py")} - {"__init__.py", "running.py"}
        assert beside == set(files())

    def test_words_are_exchanged(self) -> None:
        text = "async def f(client: AsyncClient) -> AsyncIterator[int]:\n    return await client.g()\n"
        # Every word of the left column of the table, and the note on top.
        assert mirrored("x.py", text).splitlines()[1:] == [
            "def f(client: Client) -> Iterator[int]:",
            "    return client.g()",
        ]


class TestClients:
    def test_both_have_the_same_methods_with_the_same_parameters(self) -> None:
        def shape(client: type) -> dict[str, list[str]]:
            members = inspect.getmembers(client, inspect.isfunction)
            return {name: list(inspect.signature(f).parameters) for name, f in members if not name.startswith("_")}

        there = shape(AsyncClient)
        there["close"] = there.pop("aclose")
        assert shape(Client) == there
        assert len(there) > 90
