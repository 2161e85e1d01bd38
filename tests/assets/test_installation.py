"""The whole way through real processes: a server, a worker, and lines that break."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.assets.place import picture, sha
from tests.conftest import Server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    """A customer's key, over the network."""
    server.command("orgs", "create", "Assets")
    key = server.command("keys", "create", "--org", "Assets", "--mode", "live").strip()
    with httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {key}"}, timeout=60) as made:
        made.headers["x-key"] = key
        yield made


@pytest.fixture(scope="module")
def project(client: httpx.Client) -> str:
    ontology = {
        "version": 1,
        "classes": [{"id": "car", "name": "Car", "color": "#1f77b4", "marks": ["box"]}],
    }
    made = client.post("/api/v1/projects", json={"name": "cars", "ontology": ontology})
    assert made.status_code == 201, made.text
    return made.json()["id"]


@pytest.fixture
def web() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A web server of this machine: its address, and its files by path."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files.get(self.path)
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", files
    running.shutdown()
    running.server_close()


def eventually(look: Callable[[], Any], seconds: float = 180) -> Any:
    """The first answer that is not None."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


class TestUpload:
    def test_goes_on_after_the_line_was_cut(self, client: httpx.Client) -> None:
        data = picture(900, 700, seed=7, compress_level=0)
        made = client.post("/api/v1/uploads", json={"name": "a.png", "bytes": len(data), "sha256": sha(data)}).json()
        address = urlsplit(str(client.base_url))
        with socket.create_connection((address.hostname or "", address.port or 80)) as line:
            head = (
                f"PUT /api/v1/uploads/{made['id']}?offset=0 HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Authorization: Bearer {client.headers['x-key']}\r\nContent-Length: {len(data)}\r\n"
                "Content-Type: application/octet-stream\r\n\r\n"
            )
            line.sendall(head.encode() + data[:400_000])
            time.sleep(0.5)

        def received() -> int | None:
            now = client.get(f"/api/v1/uploads/{made['id']}").json()
            assert now["state"] == "open"
            return now["received"] or None

        # What arrived before the cut is safe.
        at = eventually(received)
        assert 0 < at <= 400_000
        done = client.put(f"/api/v1/uploads/{made['id']}", params={"offset": at}, content=data[at:])
        assert done.status_code == 200, done.text
        assert done.json()["state"] == "done"
        assert httpx.get(f"{client.base_url}{done.json()['asset']['original']}").content == data

    def test_of_a_batch_that_is_cut_can_be_sent_again(self, client: httpx.Client) -> None:
        files = [(f"{n}.png", picture(40, 30, seed=500 + n)) for n in range(10)]
        header = json.dumps({"files": [{"name": name, "bytes": len(data)} for name, data in files]}).encode() + b"\n"
        body = header + b"".join(data for _, data in files)
        address = urlsplit(str(client.base_url))
        with socket.create_connection((address.hostname or "", address.port or 80)) as line:
            head = (
                f"POST /api/v1/uploads/batch HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Authorization: Bearer {client.headers['x-key']}\r\nContent-Length: {len(body)}\r\n"
                "Content-Type: application/octet-stream\r\n\r\n"
            )
            line.sendall(head.encode() + body[: len(body) // 2])
        answer = client.post("/api/v1/uploads/batch", content=body)
        assert [upload["state"] for upload in answer.json()["uploads"]] == ["done"] * 10


class TestImport:
    def test_of_addresses_ends_with_images_that_can_be_seen(
        self, client: httpx.Client, project: str, web: tuple[str, dict[str, bytes]]
    ) -> None:
        address, files = web
        files.update({f"/{n}.png": picture(60, 50, seed=900 + n) for n in range(20)})
        rows = [{"external_id": f"i{n}", "url": f"{address}/{n}.png"} for n in range(21)] + [{"external_id": "x"}]
        manifest = "\n".join(json.dumps(row) for row in rows).encode()
        made = client.post(
            "/api/v1/uploads", json={"name": "m.jsonl", "bytes": len(manifest), "purpose": "data"}
        ).json()
        client.put(f"/api/v1/uploads/{made['id']}", params={"offset": 0}, content=manifest).raise_for_status()
        started = client.post(
            f"/api/v1/projects/{project}/imports",
            json={"source": {"kind": "manifest", "upload_id": made["id"]}, "batch": "first"},
        )
        assert started.status_code == 201, started.text

        def done() -> Any:
            now = client.get(f"/api/v1/imports/{started.json()['id']}").json()
            return now if now["state"] in ("done", "failed") else None

        ended = eventually(done)
        assert (ended["state"], ended["rows_new"], ended["rows_bad"]) == ("done", 21, 1)

        def told(kind: str) -> list[str]:
            events = client.get("/api/v1/events", params={"types": kind, "limit": 200}).json()["rows"]
            return [id for event in events for id in event["data"].get("asset_ids", [])]

        ready = eventually(lambda: found if len(found := told("asset.ready")) >= 20 else None)
        assert len(ready) == len(set(ready)) == 20
        assert len(eventually(lambda: told("asset.failed") or None)) == 1
