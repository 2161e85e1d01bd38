"""A small HTTP server of the stories' own: takes webhooks, gives out files."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Listener:
    """What came in, in the order of its coming; and how to answer. statuses: of the next answers, then 200."""

    def __init__(self, folder: Path | None = None) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.folder = folder
        self.url = ""


@contextmanager
def listening(folder: Path | None = None) -> Generator[Listener]:
    """A listener on a free port of this machine. folder: whose files it gives to those who ask."""
    listener = Listener(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(listener.statuses.pop(0) if listener.statuses else 200)
            self.end_headers()

        def do_GET(self) -> None:
            path = None if listener.folder is None else listener.folder / self.path.lstrip("/")
            if path is None or not path.is_file():
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("content-length", str(path.stat().st_size))
            self.end_headers()
            self.wfile.write(path.read_bytes())

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
