"""`fairmark demo`: starts an installation of its own, fills it, and stays; or, with --once, does it all and ends."""

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.table import Table

from fairmark.client.aio.client import AsyncClient
from fairmark.client.commands.simulating import print_summary
from fairmark.client.errors import ClientError
from fairmark.client.simulate.summary import Summary
from fairmark.client.simulate.truth import Truth
from fairmark.entrypoints import installation, processes
from fairmark.entrypoints.demo.cast import BadDemo, Cast, keep_cast, new_cast, read_cast
from fairmark.entrypoints.demo.companions import keep_company
from fairmark.entrypoints.demo.filling import LEFT, fill
from fairmark.entrypoints.demo.material import Material, material
from fairmark.kernel import settings as config
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.settings import Settings

READY_WITHIN_S = 60.0
FORMATS = ("coco", "fairmark_jsonl")
PORT = 8080
KEPT = ("FAIRMARK_DATA_DIR", "XDG_DATA_HOME")
"""What the demo takes from the environment. The database of a real installation, above all, is none of its."""
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Tell = Callable[[str], None]


class DemoWillNotStart(Unavailable):
    """The demo's server did not come up."""

    code = "demo_will_not_start"


def once(data_dir: str | None, host: str, port: int | None, to: Path | None) -> None:
    """Labels, exports into the folder `to`, prints the figures, ends, and leaves no trace."""
    if data_dir is not None:
        raise BadDemo("--once keeps nothing, so that it has no use for --data-dir.", mend="Leave one of the two out.")
    with TemporaryDirectory(prefix="fairmark-demo-") as folder:
        _once(_settings(folder, host, port or _free_port(host)), to)


def stay(data_dir: str | None, host: str, port: int | None) -> None:
    """Makes the demo in `data_dir`, or goes on with the one that is there, and runs it until Ctrl+C."""
    loaded = _settings(data_dir, host, port or PORT)
    processes.refuse_taken_port(loaded)
    _stay(loaded)


def _settings(data_dir: str | None, host: str, port: int) -> Settings:
    environ = {name: value for name, value in os.environ.items() if name in KEPT}
    chosen = data_dir or environ.get("FAIRMARK_DATA_DIR")
    folder = chosen or str(config.load(environ).data_path.with_name("fairmark-demo"))
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return config.load(
        environ, data_dir=folder, host=host, port=port, public_url=f"http://{shown}:{port}", log_level="warning"
    )


def _once(loaded: Settings, to: Path | None) -> None:
    made_of = material()
    supervisor = processes.Supervisor(loaded)
    with err.status("starting") as status:
        try:
            token = installation.first_admin(loaded)
            supervisor.start()
            filled = asyncio.run(_fill(loaded, token or "", new_cast(), made_of, 0, status.update))
            status.update("exporting")
            places = asyncio.run(_export(loaded.public_url, filled[0], to)) if to else []
        finally:
            supervisor.stop()
    _notice(made_of)
    print_summary(filled[1])
    for place in places:
        out.print(str(place), soft_wrap=True)


def _stay(loaded: Settings) -> None:
    made_of = material()
    cast = _cast_of(loaded)
    token = installation.first_admin(loaded)
    if cast is None:
        if token is None:
            raise BadDemo(
                f"{loaded.data_path} holds an installation that is no demo.", mend="Choose another --data-dir."
            )
        cast = new_cast()
        keep_cast(loaded.data_path, cast)
    supervisor = processes.Supervisor(loaded)
    supervisor.start()
    supervisor.run(beside=lambda: _beside(loaded, token, cast, made_of))


def _cast_of(loaded: Settings) -> Cast | None:
    """The cast of a demo that was made before; one that was interrupted in the making is taken away."""
    cast = read_cast(loaded.data_path)
    if cast is not None and not cast.filled:
        err.print("The demo was interrupted while it was made; it is made anew.")
        Embedded(loaded.data_path).stop()
        shutil.rmtree(loaded.data_path)
        return None
    return cast


def _beside(loaded: Settings, token: str | None, cast: Cast, made_of: Material) -> None:
    """What happens while the server runs: the demo is made if it is new, then the companions work."""
    try:
        if not cast.filled:
            with err.status("starting") as status:
                cast, summary = asyncio.run(_fill(loaded, token or "", cast, made_of, LEFT, status.update))
            keep_cast(loaded.data_path, cast)
            print_summary(summary)
        else:
            asyncio.run(_ready(loaded.public_url))
        _notice(made_of)
        _introduce(loaded, cast)
        asyncio.run(keep_company(loaded.public_url, cast, Truth(made_of.truth)))
    except (ClientError, FairmarkError) as error:
        err.print(f"error: {error.message}\n→ {error.mend}", markup=False)


async def _fill(
    loaded: Settings, token: str, cast: Cast, made_of: Material, left: int, tell: Tell
) -> tuple[Cast, Summary]:
    await _ready(loaded.public_url)
    return await fill(loaded.public_url, token, cast, made_of, left, tell)


async def _ready(url: str) -> None:
    """Waits for the server. Raises DemoWillNotStart."""
    deadline = time.monotonic() + READY_WITHIN_S
    async with httpx.AsyncClient() as http:
        while time.monotonic() < deadline:
            try:
                if (await http.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise DemoWillNotStart(
        f"The server at {url} is not ready after {READY_WITHIN_S:.0f} s.",
        mend="See what it says above; fairmark doctor.",
    )


async def _export(url: str, cast: Cast, to: Path) -> list[Path]:
    manager = cast.role("manager")
    async with AsyncClient(url) as client:
        await client.sign_in(manager.email, manager.password)
        return [await client.export(cast.project_id, name, to / name, unpack=True) for name in FORMATS]


def _introduce(loaded: Settings, cast: Cast) -> None:
    """Who signs in how, and where to begin."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("who", "e-mail", "password", "what for"):
        table.add_column(name, no_wrap=name in {"e-mail", "password"})
    for role in sorted(cast.roles, key=lambda each: (each.level is not None, each.id != "you")):
        style = "bold green" if role.id == "you" else "dim" if role.level is not None else ""
        table.add_row(role.part, role.email, role.password, role.to_do, style=style)
    you = cast.role("you")
    out.print()
    out.print(table)
    out.print(f"\nfairmark is at [bold]{loaded.public_url}[/bold]  (Ctrl+C ends it)")
    out.print(f"Sign in as [bold green]{you.email}[/bold green] and label what is left for you;")
    out.print("the simulated people work beside you and review what you hand in.")


def _notice(made_of: Material) -> None:
    if made_of.notice:
        err.print(made_of.notice, markup=False)


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
