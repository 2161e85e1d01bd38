"""The guarded GET against a server that wants to lead it astray."""

import asyncio
import gzip
import hashlib
import io
import zlib
from collections.abc import AsyncIterator

import pytest

from fairmark.assets.fetching import model as e
from fairmark.assets.fetching.fetcher import Fetcher
from fairmark.assets.fetching.rules import Network, parse_networks
from tests.assets.fetching.server import Names, Web, serving

LOCAL = parse_networks("127.0.0.1/32")


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as server:
        yield server


async def get(
    url: str,
    names: Names | None = None,
    allow: list[Network] = LOCAL,
    bytes_max: int = 1_000_000,
    timeout_s: float = 10,
) -> bytes:
    """What a fetch brings."""
    file = io.BytesIO()
    async with Fetcher(allow=allow, bytes_max=bytes_max, timeout_s=timeout_s, resolver=names or Names()) as fetcher:
        size, digest = await fetcher.fetch(url, file)
    assert (size, digest) == (len(file.getvalue()), hashlib.sha256(file.getvalue()).digest())
    return file.getvalue()


class TestFetch:
    async def test_brings_the_bytes(self, web: Web) -> None:
        web.gives("/a%20b.jpg?x=1", b"bytes")
        assert await get(web.url("/a%20b.jpg?x=1#part")) == b"bytes"
        head = web.seen[0].lower()
        assert f"host: files.test:{web.port}" in head
        assert "cookie" not in head
        assert "authorization" not in head

    async def test_ignores_proxies_and_credentials_of_the_environment(
        self, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv("NETRC", "/nowhere")
        web.gives("/a.jpg", b"bytes")
        assert await get(web.url("/a.jpg")) == b"bytes"

    async def test_follows_redirects(self, web: Web) -> None:
        web.redirects("/1", "/2", "301 Moved")
        web.redirects("/2", web.url("/3", "cdn.test"), "307 Temporary Redirect")
        web.gives("/3", b"bytes")
        names = Names()
        assert await get(web.url("/1"), names) == b"bytes"
        assert list(dict.fromkeys(names.asked)) == ["files.test", "cdn.test"]

    async def test_follows_five_redirects_and_no_more(self, web: Web) -> None:
        for number in range(7):
            web.redirects(f"/{number}", f"/{number + 1}")
        web.gives("/7", b"bytes")
        assert await get(web.url("/2")) == b"bytes"
        with pytest.raises(e.TooManyRedirects):
            await get(web.url("/1"))

    async def test_does_not_run_in_circles(self, web: Web) -> None:
        web.redirects("/a", "/a")
        with pytest.raises(e.TooManyRedirects):
            await get(web.url("/a"))

    @pytest.mark.parametrize(
        ("status", "kind", "transient"),
        [
            ("404 Not Found", e.HttpStatus, False),
            ("403 Forbidden", e.HttpStatus, False),
            ("304 Not Modified", e.HttpStatus, False),
            ("206 Partial Content", e.HttpStatus, False),
            ("429 Too Many Requests", e.HttpStatusTransient, True),
            ("503 Busy", e.HttpStatusTransient, True),
        ],
    )
    async def test_names_the_status(self, web: Web, status: str, kind: type[e.FetchError], transient: bool) -> None:
        web.gives("/a.jpg", b"", status=status)
        with pytest.raises(e.HttpStatus) as refused:
            await get(web.url("/a.jpg"))
        assert (type(refused.value), refused.value.transient) == (kind, transient)
        assert refused.value.fields["status"] == int(status[:3])

    async def test_names_a_host_that_is_not_there(self) -> None:
        with pytest.raises(e.HostUnknown):
            async with Fetcher(allow=LOCAL, bytes_max=10, timeout_s=5) as fetcher:
                await fetcher.fetch("http://no-such-host.invalid/a.jpg", io.BytesIO())

    async def test_names_a_closed_port(self) -> None:
        with pytest.raises(e.ConnectionFailed):
            await get("http://files.test:1999/a.jpg")

    async def test_names_an_answer_that_is_no_http(self, web: Web) -> None:
        async def rubbish(writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-OpenSSH_9.6\r\n" * 3)
            await writer.drain()
            writer.close()

        web.answers["/a.jpg"] = rubbish
        with pytest.raises(e.ConnectionFailed):
            await get(web.url("/a.jpg"))

    async def test_names_a_body_that_is_cut(self, web: Web) -> None:
        async def cut(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            await writer.drain()
            writer.close()

        web.answers["/a.jpg"] = cut
        with pytest.raises(e.ConnectionFailed) as failed:
            await get(web.url("/a.jpg"))
        assert failed.value.transient


class TestGuard:
    @pytest.mark.parametrize(
        "address",
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "100.64.0.1", "0.0.0.0"],
    )
    async def test_refuses_a_name_that_leads_inside(self, address: str) -> None:
        with pytest.raises(e.AddressForbidden) as refused:
            await get("http://evil.test/", Names(evil_test=[address]), allow=[])
        assert "evil.test" in refused.value.message
        assert address not in refused.value.message

    @pytest.mark.parametrize(
        "host",
        ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"],
    )
    async def test_refuses_every_spelling_of_this_machine(self, host: str) -> None:
        with pytest.raises((e.AddressForbidden, e.HostUnknown, e.UrlInvalid)):
            async with Fetcher(allow=[], bytes_max=10, timeout_s=5) as fetcher:
                await fetcher.fetch(f"http://{host}:8080/", io.BytesIO())

    async def test_refuses_a_name_of_which_one_address_leads_inside(self) -> None:
        with pytest.raises(e.AddressForbidden):
            await get("http://evil.test/", Names(evil_test=["1.1.1.1 10.0.0.1"]), allow=[])

    async def test_judges_every_hop(self, web: Web) -> None:
        web.redirects("/1", "http://inside.test/latest/meta-data/")
        names = Names(inside_test=["169.254.169.254"])
        with pytest.raises(e.AddressForbidden):
            await get(web.url("/1"), names)
        assert names.asked == ["files.test", "inside.test"]

    @pytest.mark.parametrize(
        "place", ["file:///etc/passwd", "ftp://files.test/a", "http://user:pw@files.test/", "http://files.test:25/"]
    )
    async def test_refuses_redirects_out_of_the_web(self, web: Web, place: str) -> None:
        web.redirects("/1", place)
        with pytest.raises(e.UrlInvalid):
            await get(web.url("/1"))

    async def test_connects_to_the_address_that_was_judged(self, web: Web) -> None:
        """DNS rebinding: the second answer would lead inside, but nobody asks for it."""
        web.gives("/a.jpg", b"bytes")
        names = Names(rebind_test=["127.0.0.1", "10.0.0.1"])
        assert await get(web.url("/a.jpg", "rebind.test"), names) == b"bytes"
        assert names.asked == ["rebind.test"]

    async def test_judges_the_second_answer_where_a_second_connection_needs_it(self, web: Web) -> None:
        async def close(writer: asyncio.StreamWriter) -> None:
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: {web.url('/b', 'rebind.test')}\r\n".encode())
            writer.write(b"Connection: close\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        web.answers["/a"] = close
        web.gives("/b", b"never")
        names = Names(rebind_test=["127.0.0.1", "10.0.0.1"])
        with pytest.raises(e.AddressForbidden):
            await get(web.url("/a", "rebind.test"), names)
        assert len(web.seen) == 1


class TestLimits:
    async def test_refuse_an_announced_size_before_it_comes(self, web: Web) -> None:
        web.gives("/a.jpg", b"x" * 2000)
        with pytest.raises(e.FetchTooLarge):
            await get(web.url("/a.jpg"), bytes_max=1999)
        assert await get(web.url("/a.jpg"), bytes_max=2000) == b"x" * 2000

    async def test_stop_an_endless_body(self, web: Web) -> None:
        sent = 0

        async def endless(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
                sent += 65_536
                await writer.drain()

        web.answers["/a.jpg"] = endless
        with pytest.raises(e.FetchTooLarge):
            await get(web.url("/a.jpg"), bytes_max=1_000_000)
        assert sent < 30_000_000

    async def test_stop_a_body_that_only_drips(self, web: Web) -> None:
        sent = 0

        async def loris(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                writer.write(b"x")
                sent += 1
                await writer.drain()
                await asyncio.sleep(0.05)

        web.answers["/a.jpg"] = loris
        with pytest.raises(e.FetchTimeout) as late:
            await get(web.url("/a.jpg"), timeout_s=0.5)
        assert late.value.transient
        assert sent < 20  # one in 0.05 s, of 100,000

    async def test_stop_headers_that_only_drip_or_never_end(self, web: Web) -> None:
        async def slow(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X: y\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)

        async def long(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X-Long: " + b"y" * 60_000 + b"\r\n")
                await writer.drain()

        web.answers |= {"/slow": slow, "/long": long}
        with pytest.raises(e.FetchTimeout):
            await get(web.url("/slow"), timeout_s=0.5)
        with pytest.raises(e.ConnectionFailed):
            await get(web.url("/long"))

    async def test_stop_a_host_that_never_answers(self, web: Web) -> None:
        async def silent(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(3600)

        web.answers["/a.jpg"] = silent
        with pytest.raises(e.FetchTimeout):
            await get(web.url("/a.jpg"), timeout_s=0.3)

    async def test_stop_a_bomb_while_it_unpacks(self, web: Web) -> None:
        # 100 MB of zeros are some 100 kB of gzip: below the limit as they travel, far above it unpacked.
        web.gives("/a.jpg", gzip.compress(bytes(100_000_000), 9), "Content-Encoding: gzip")
        with pytest.raises(e.FetchTooLarge):
            await get(web.url("/a.jpg"), bytes_max=1_000_000)

    @pytest.mark.parametrize("name", ["gzip", "x-gzip", "deflate", "GZIP"])
    async def test_unpack_what_was_packed_unasked(self, web: Web, name: str) -> None:
        data = bytes(range(256)) * 3000
        packed = zlib.compress(data) if name == "deflate" else gzip.compress(data)
        web.gives("/a.jpg", packed, f"Content-Encoding: {name}")
        assert await get(web.url("/a.jpg")) == data

    @pytest.mark.parametrize(
        ("name", "body"),
        [("br", b"x"), ("gzip, gzip", b"x"), ("gzip", b"not packed"), ("gzip", gzip.compress(b"x" * 999)[:-9])],
        ids=["br", "twice", "not packed", "cut off"],
    )
    async def test_refuse_packings_that_cannot_be_undone(self, web: Web, name: str, body: bytes) -> None:
        web.gives("/a.jpg", body, f"Content-Encoding: {name}")
        with pytest.raises(e.EncodingRefused):
            await get(web.url("/a.jpg"))
