"""Backup and restore: everything comes back, or nothing happens and the error says why."""

import asyncio
import hashlib
import io
import os
import resource
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import msgspec
import pytest

from fairmark.client import AsyncClient
from fairmark.client.model import ExportState, Result
from fairmark.client.simulate.crowd import Plan, simulate
from fairmark.client.simulate.people import Account, read_people
from fairmark.entrypoints import backup, processes
from fairmark.entrypoints.backup import BadBackup, Contents, NoRoom, NotEmpty
from fairmark.entrypoints.dump import Dumper, DumpFailed
from fairmark.identity import service as identity
from fairmark.kernel import migrate, settings
from fairmark.kernel.db import Database
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.errors import DatabaseDown
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.schema import APP_ROLE
from fairmark.kernel.settings import Settings
from tests.conftest import Server, free_port
from tests.stories.conftest import draw_shapes, key_of, pipeline, project_of

PICTURES = 4


@dataclass(frozen=True)
class Known:
    """What must be there again."""

    key: str
    account: Account
    project_id: str
    results: dict[str, Result]
    cursor: str
    webhook_id: str
    export_id: str
    media: dict[str, bytes]


@dataclass(frozen=True)
class Filled:
    """An installation with something of everything, the backup that was made while it ran, and where it lies."""

    data_dir: Path
    known: Known
    file: Path


async def media_of(client: AsyncClient, project_id: str, url: str) -> dict[str, bytes]:
    """The original of each item by external id, as a browser gets it."""
    found: dict[str, bytes] = {}
    async with httpx.AsyncClient() as http:
        async for task in client.list_tasks(project_id):
            item = await client.get_item(task.item_id)
            answer = await http.get(httpx.URL(url).join(item.assets[0].url or ""))
            assert answer.status_code == 200
            found[item.external_id or ""] = answer.content
    return found


async def fill(server: Server, folder: Path) -> Known:
    """Pictures, people, work, results, a webhook that nobody answers, and an export that waits for a worker."""
    db = await Database.open(Embedded(server.data_dir).url(APP_ROLE), 2)
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, "Shapes")).id
    key = await key_of(db, org_id)
    await db.close()
    shapes = draw_shapes(folder / "pictures", PICTURES)
    async with AsyncClient(server.url, key) as client:
        webhook = await client.create_webhook(f"http://127.0.0.1:{free_port()}/nobody", types=["export.*"])
        project = await project_of(client, shapes, pipeline())
        plan = Plan(workers=1, reviewers=0, mix="perfect", seed=1, idle_s=20, people=folder / "people.json")
        await simulate(server.url, plan, shapes.truth, boss=client, project_id=project.id)
        results = {result.external_id or "": result async for result in client.list_results(project.id)}
        assert len(results) == PICTURES
        server.stop()
        server.start("serve")
        export = await client.create_export(project.id, "coco")
        return Known(
            key=key, account=read_people(folder / "people.json")[0], project_id=str(project.id), results=results,
            cursor=(await client.read_events(after="now")).next, webhook_id=str(webhook.id), export_id=str(export.id),
            media=await media_of(client, str(project.id), server.url),
        )  # fmt: skip


@pytest.fixture(scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Filled]:
    folder = tmp_path_factory.mktemp("filled")
    data_dir, file = folder / "data", folder / "today.tar"
    server = Server(data_dir, free_port())
    Embedded(data_dir).start()
    await migrate.migrate(Embedded(data_dir).url(OWNER))
    server.start()
    try:
        known = await fill(server, folder)
        done = server.run("backup", str(file))
        assert done.returncode == 0, done.stderr
        assert "verified" in done.stderr
    finally:
        server.stop()
    yield Filled(data_dir, known, file)
    Embedded(data_dir).stop()


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """An installation that is not there yet."""
    return settings.load({}, data_dir=str(tmp_path / "new"))


def unused() -> str:
    raise AssertionError("the database was asked for")


async def check(server: Server, known: Known, cursor_before: str) -> None:
    """Asserts that the restored installation has all that `known` had and goes on."""
    async with AsyncClient(server.url, known.key) as client:
        results = {result.external_id or "": result async for result in client.list_results(known.project_id)}
        assert results == known.results
        assert await media_of(client, known.project_id, server.url) == known.media
        assert [str(hook.id) async for hook in client.list_webhooks()] == [known.webhook_id]

        # The job that waited is done, and its event comes behind the cursors of before, in an epoch of its own.
        export = await client.wait_for_export(known.export_id, timeout_s=60)
        assert export.state is ExportState.DONE
        events = [event async for event in client.list_events(after=cursor_before)]
        assert "export.done" in {event.type for event in events}
        assert {event.cursor.split(".")[0] for event in events} != {cursor_before.split(".")[0]}
        deliveries = [each async for each in client.list_deliveries(known.webhook_id)]
        assert len(deliveries) >= 1
    async with AsyncClient(server.url) as person:
        signed_in = await person.sign_in(known.account.email, known.account.password)
        assert signed_in.me.person is not None


def restored(file: Path, data_dir: Path) -> Server:
    """A server over a fresh folder with the backup in it."""
    server = Server(data_dir, free_port())
    done = server.run("restore", str(file))
    assert done.returncode == 0, done.stderr
    assert not Embedded(data_dir).running()
    return server


class TestRoundTrip:
    async def test_brings_everything_back_in_a_new_epoch(self, filled: Filled, tmp_path: Path) -> None:
        server = restored(filled.file, tmp_path / "new")
        server.start()
        try:
            # A reader of the old installation may have seen events that came after the backup.
            epoch, xid, _ = filled.known.cursor.split(".")
            await check(server, filled.known, f"{epoch}.{int(xid) + 10**6}.0")
        finally:
            server.stop()
            Embedded(tmp_path / "new").stop()

    def test_is_for_the_operator_alone(self, filled: Filled) -> None:
        assert filled.file.stat().st_mode & 0o077 == 0

    def test_leaves_nothing_beside_the_file(self, filled: Filled) -> None:
        assert [path.name for path in filled.file.parent.iterdir() if path.name.startswith(".")] == []


class TestOwnDatabase:
    """An installation whose PostgreSQL the operator runs, with an owner of the tables who is no superuser."""

    @pytest.fixture
    async def config(self, filled: Filled, tmp_path: Path) -> AsyncIterator[Settings]:
        embedded = Embedded(filled.data_dir)
        embedded.start()
        root = await asyncpg.connect(embedded.url(OWNER))
        await root.execute("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'p@ss/word'")
        await root.execute("CREATE DATABASE theirs OWNER keeper")

        def url(user: str) -> str:
            parts = urlsplit(embedded.url(user, "theirs"))
            return urlunsplit(parts._replace(netloc=parts.netloc.replace("keeper", "keeper:p%40ss%2Fword")))

        yield settings.load(
            {}, data_dir=str(tmp_path), database_url=url("fairmark_app"), database_owner_url=url("keeper")
        )
        await root.execute("DROP DATABASE theirs WITH (FORCE)")
        await root.execute("DROP ROLE keeper")
        await root.close()

    async def test_goes_there_and_back_again(self, filled: Filled, config: Settings, tmp_path: Path) -> None:
        url = config.database_owner_url
        await asyncio.to_thread(backup.read, config, lambda: url, filled.file)
        await migrate.migrate(url)
        await self.see_all(url)
        again = tmp_path / "again.tar"
        await asyncio.to_thread(backup.write, config, url, again)
        contents = await asyncio.to_thread(backup.verify, again)
        assert contents.sha256.keys() == backup.verify(filled.file).sha256.keys()

        keeper = await asyncpg.connect(url)
        await keeper.execute("DROP SCHEMA public, pgqueuer CASCADE")
        await keeper.execute("CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC")
        await keeper.close()
        other = replace_blobs(config, tmp_path / "other")
        await asyncio.to_thread(backup.read, other, lambda: url, again)
        await self.see_all(url)

    async def see_all(self, url: str) -> None:
        """Asserts that the owner, and with it the definer functions, see past the fence, and the application not."""
        for address, seen in ((url, PICTURES), (url.replace("keeper:p%40ss%2Fword", "fairmark_app"), 0)):
            connection = await asyncpg.connect(address)
            assert await connection.fetchval("SELECT count(*) FROM results") == seen
            assert await connection.fetchval("SELECT count(*) FROM all_orgs()") == 1
            await connection.close()

    def test_keeps_the_password_out_of_the_process_list(self, config: Settings, monkeypatch: Any) -> None:
        seen: list[list[str]] = []
        run = subprocess.run

        def note(command: list[str], **options: Any) -> Any:
            seen.append(command)
            return run(command, **options)

        monkeypatch.setattr(subprocess, "run", note)
        dumper = Dumper(config.database_owner_url)
        with pytest.raises(DumpFailed):  # nothing stops at the password, but the folder is not there
            dumper.write(Path("/nowhere/at/all"))
        assert any(argument.startswith("postgresql://keeper@") for argument in seen[-1])
        assert not any("p%40ss" in argument or "p@ss" in argument for command in seen for argument in command)

    def test_says_when_the_database_does_not_answer(self, config: Settings, filled: Filled) -> None:
        with pytest.raises(DatabaseDown):
            backup.read(config, lambda: "postgresql://x@127.0.0.1:9/y", filled.file)


def replace_blobs(config: Settings, folder: Path) -> Settings:
    return settings.load(
        {}, data_dir=str(folder), database_url=config.database_url, database_owner_url=config.database_owner_url
    )


def rewritten(file: Path, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with its members changed, none of them listed anew."""
    with tarfile.open(file) as tar:
        members = {member.name: (tar.extractfile(member) or io.BytesIO()).read() for member in tar}
    change(members)
    with tarfile.open(to, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return to


def relisted(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        contents = msgspec.json.decode(members["contents.json"], type=Contents)
        members["contents.json"] = msgspec.json.encode(msgspec.structs.replace(contents, **changes))

    return change


class TestBadFiles:
    @pytest.fixture(autouse=True)
    def nothing_is_made(self, config: Settings) -> Any:
        yield
        assert not config.data_path.exists()

    def refuse(self, config: Settings, file: Path) -> str:
        with pytest.raises(BadBackup) as refused:
            backup.read(config, unused, file)
        assert refused.value.mend
        return refused.value.message

    def test_a_file_that_is_not_there(self, config: Settings, tmp_path: Path) -> None:
        assert "No such file" in self.refuse(config, tmp_path / "gone.tar")

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 20_000, b"\0" * 20_000])
    def test_a_file_of_another_kind(self, config: Settings, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "x.tar").write_bytes(data)
        assert "no backup" in self.refuse(config, tmp_path / "x.tar")

    def test_somebody_elses_tar(self, config: Settings, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "x.tar", "w") as tar:
            tar.add(__file__, "notes.txt")
        self.refuse(config, tmp_path / "x.tar")

    def test_a_file_cut_anywhere(self, config: Settings, filled: Filled, tmp_path: Path) -> None:
        whole = filled.file.read_bytes()
        listing = whole.rindex(b"contents.json")
        for length in (0, 100, 512, 5000, len(whole) // 2, listing, listing + 600):
            (tmp_path / "cut.tar").write_bytes(whole[:length])
            self.refuse(config, tmp_path / "cut.tar")

    def test_a_flipped_bit_anywhere(self, config: Settings, filled: Filled, tmp_path: Path) -> None:
        whole = filled.file.read_bytes()
        with tarfile.open(filled.file) as tar:
            places = [at for member in tar for at in (member.offset_data, member.offset_data + member.size - 1)]
        dice = Random(4)
        # First and last byte of each member; headers are guarded by tar's own sums.
        for at in dice.sample(places, 12):
            broken = bytearray(whole)
            broken[at] ^= 1 << dice.randrange(8)
            (tmp_path / "bit.tar").write_bytes(broken)
            self.refuse(config, tmp_path / "bit.tar")

    def test_a_member_too_many_or_too_few(self, config: Settings, filled: Filled, tmp_path: Path) -> None:
        def more(members: dict[str, bytes]) -> None:
            members["blobs/more"] = b"x"

        def less(members: dict[str, bytes]) -> None:
            del members[next(name for name in members if name.startswith("blobs/"))]

        def unlisted(members: dict[str, bytes]) -> None:
            del members["contents.json"]

        for change in (more, less, unlisted):
            self.refuse(config, rewritten(filled.file, tmp_path / "x.tar", change))

    @pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "blobs/../../escaped", "blobs\\..\\x", "blobs/"])
    def test_a_path_that_leads_out(self, config: Settings, filled: Filled, tmp_path: Path, name: str) -> None:
        def add(members: dict[str, bytes]) -> None:
            listed = backup.verify(filled.file).sha256 | {name.rstrip("/"): sha256_of(b"x")}
            members[name.rstrip("/")] = b"x"
            relisted(sha256=listed)(members)

        self.refuse(config, rewritten(filled.file, tmp_path / "x.tar", add))

    def test_a_link(self, config: Settings, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "x.tar", "w") as tar:
            info = tarfile.TarInfo("blobs/link")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
        assert "blobs/link" in self.refuse(config, tmp_path / "x.tar")

    def test_one_of_a_newer_version(self, config: Settings, filled: Filled, tmp_path: Path) -> None:
        for change in (relisted(revision="9999", version="7.0"), relisted(format=2, version="7.0")):
            message = self.refuse(config, rewritten(filled.file, tmp_path / "x.tar", change))
            assert "fairmark 7.0" in message


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class TestTarget:
    def test_with_a_database_is_left_alone(self, filled: Filled) -> None:
        config = settings.load({}, data_dir=str(filled.data_dir))
        with pytest.raises(NotEmpty):
            backup.read(config, unused, filled.file)
        empty_blobs = settings.load({}, data_dir=str(filled.data_dir), blobs_url=(filled.data_dir / "no").as_uri())
        with processes.database(config), pytest.raises(NotEmpty, match="database already"):
            backup.read(empty_blobs, lambda: Embedded(filled.data_dir).url(OWNER), filled.file)

    def test_with_files_is_left_alone(self, config: Settings, filled: Filled) -> None:
        place = config.data_path / "blobs" / "org"
        place.mkdir(parents=True)
        (place / "somebody's").write_bytes(b"x")
        with pytest.raises(NotEmpty, match="files in"):
            backup.read(config, unused, filled.file)

    def test_with_a_bucket_cannot_take_local_files(self, config: Settings, filled: Filled) -> None:
        bucket = msgspec.structs.replace(config, blobs_url="s3://somewhere/else")
        with pytest.raises(NotEmpty, match="bucket"):
            backup.read(bucket, unused, filled.file)

    def test_is_empty_again_after_a_restore_that_failed(self, config: Settings, filled: Filled, tmp_path: Path) -> None:
        """The dump is damaged inside, behind a list that says it is right: PostgreSQL finds out half-way."""

        def spoil(members: dict[str, bytes]) -> None:
            dump = bytearray(members["database.dump"])
            dump[-3000:-1000] = bytes(2000)
            members["database.dump"] = bytes(dump)
            listed = backup.verify(filled.file).sha256 | {"database.dump": sha256_of(bytes(dump))}
            relisted(sha256=listed)(members)

        bad = rewritten(filled.file, tmp_path / "bad.tar", spoil)
        with processes.database(config):
            url = Embedded(config.data_path).url(OWNER)
            with pytest.raises(DumpFailed, match="not restored"):
                backup.read(config, lambda: url, bad)
            assert list((config.data_path / "blobs").iterdir()) == []
            assert Dumper(url).is_empty()
            summary = backup.read(config, lambda: url, filled.file)
            assert summary.blobs >= PICTURES


class TestFullDisk:
    @pytest.mark.parametrize("more", [-50_000, 4_000])
    def test_leaves_the_old_backup_and_nothing_else(self, filled: Filled, tmp_path: Path, more: int) -> None:
        """No file may grow beyond the limit: pg_dump meets it, or, with a little more room, the archive."""
        with tarfile.open(filled.file) as tar:
            limit = tar.getmember("database.dump").size + more
        (tmp_path / "today.tar").write_bytes(b"of yesterday")
        config = settings.load({}, data_dir=str(filled.data_dir))
        with processes.database(config):
            command = [sys.executable, "-m", "fairmark", "backup", str(tmp_path / "today.tar"), "--data-dir",
                       str(filled.data_dir)]  # fmt: skip
            environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
            done = subprocess.run(
                command, env=environ, capture_output=True, text=True, check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr
        assert "→ " in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["today.tar"]
        assert (tmp_path / "today.tar").read_bytes() == b"of yesterday"

    def test_names_a_folder_that_is_not_there(self, filled: Filled, tmp_path: Path) -> None:
        config = settings.load({}, data_dir=str(filled.data_dir))
        with processes.database(config), pytest.raises(NoRoom, match="gone"):
            backup.write(config, Embedded(filled.data_dir).url(OWNER), tmp_path / "gone" / "today.tar")
