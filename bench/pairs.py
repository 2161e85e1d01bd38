"""Claim + submit over HTTP: `python -m bench.pairs [--open 100000] [--seconds 2] [--rounds 7]`.

Workers run closed loops from a load generator on the same machine: claim, submit, claim ... as two calls, or each
submit with the next claim in one. The ceiling is a bare asyncpg script that takes rows from a queue and stores an
answer on the same PostgreSQL, with as many workers. All take turns in short rounds, as machines that are shared change
their speed from one second to the next: a share is that of neighbours, and what is printed is the median over the
rounds, with the best round beside it.
"""

import argparse
import asyncio
import multiprocessing
import random
import statistics
import time
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from bench.installation import Cpu, Installation, Work, fill, machine
from fairmark.kernel.schema import APP_ROLE
from fairmark.ontology.model import Annotation, Mark

QUEUE = 1_000_000
"""Rows of the ceiling's queue."""
ANNOTATION = Annotation(
    marks=tuple(Mark(f"m{n}", "box", "car", {"x": 10.0 * n, "y": 20.0, "w": 100.0, "h": 80.0}) for n in range(10))
)


@dataclass
class Run:
    """One load: pairs done, and seconds per call."""

    workers: int
    seconds: float = 0.0
    pairs: int = 0
    claims: list[float] = field(default_factory=list[float])
    submits: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> float:
        return self.pairs / self.seconds


@dataclass
class Round:
    """A load, what it cost, and what the ceiling was just before."""

    run: Run
    spent: Cpu
    ceiling: float


class _Empty(Exception):
    """The queue has run dry: the figures would be of something else."""


class _Http:
    """The least HTTP/1.1 client that can be: keep-alive, content-length, no parsing beyond that. It shares the cores
    with what it measures, so that what it saves is measured truer."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)

    async def post(self, path: str, body: bytes) -> bytes:
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        top = await self._reader.readuntil(b"\r\n\r\n")
        at = top.lower().index(b"content-length: ") + 16
        answer = await self._reader.readexactly(int(top[at : top.index(b"\r\n", at)]))
        if not top.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path}: {top[:40]!r} {answer[:500]!r}")
        return answer


class _Assignment(msgspec.Struct):
    id: str


class _Claim(msgspec.Struct):
    assignment: _Assignment | None


class _Receipt(msgspec.Struct):
    next: _Claim | None = None


async def _two_calls(run: Run, port: int, token: str, until: float) -> None:
    http = _Http(port, token)
    await http.open()
    claim = msgspec.json.Decoder(_Claim)
    annotation = msgspec.json.encode(ANNOTATION)
    while time.perf_counter() < until:
        began = time.perf_counter()
        assignment = _some(claim.decode(await http.post("/api/v1/assignments/claim", b"{}")))
        claimed = time.perf_counter()
        body = b'{"key":"' + uuid4().hex.encode() + b'","annotation":' + annotation + b"}"
        await http.post(f"/api/v1/assignments/{assignment.id}/submit", body)
        done = time.perf_counter()
        run.claims.append(claimed - began)
        run.submits.append(done - claimed)
        run.pairs += 1


async def _one_call(run: Run, port: int, token: str, until: float) -> None:
    http = _Http(port, token)
    await http.open()
    receipt = msgspec.json.Decoder(_Receipt)
    annotation = msgspec.json.encode(ANNOTATION)
    first = await http.post("/api/v1/assignments/claim", b"{}")
    assignment: _Assignment | None = _some(msgspec.json.decode(first, type=_Claim))
    while assignment is not None:
        began = time.perf_counter()
        on = b"{}" if began < until else b"null"
        body = b'{"key":"' + uuid4().hex.encode() + b'","next":' + on + b',"annotation":' + annotation + b"}"
        answer = await http.post(f"/api/v1/assignments/{assignment.id}/submit", body)
        assignment = _some(receipt.decode(answer).next) if began < until else None
        run.submits.append(time.perf_counter() - began)
        run.pairs += 1


def _some(claim: _Claim | None) -> _Assignment:
    if claim is None or claim.assignment is None:
        raise _Empty
    return claim.assignment


def load(port: int, work: Work, workers: int, seconds: float, *, calls: int = 2) -> Run:
    """Lets `workers` claim and submit for `seconds`, in so many `calls` a pair (1 or 2)."""
    loop = _one_call if calls == 1 else _two_calls

    async def main() -> Run:
        run = Run(workers)
        began = time.perf_counter()
        until = began + seconds
        await asyncio.gather(*(loop(run, port, work.tokens[n], until) for n in range(workers)))
        run.seconds = time.perf_counter() - began
        return run

    return uvloop.run(main())


def ceiling(url: str, workers: int, seconds: float) -> float:
    """Pairs a second of a bare script: two processes, a narrow queue, two statements, two commits."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        jobs = [pool.apply_async(_bare, (url, max(1, workers // 2), seconds)) for _ in range(2)]
        return sum(job.get() for job in jobs) / seconds


def _bare(url: str, workers: int, seconds: float) -> int:
    annotation = msgspec.json.encode(ANNOTATION).decode()

    async def one(connection: asyncpg.Connection, at: int, until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            row = await connection.fetchrow(
                "DELETE FROM bench_queue WHERE place = (SELECT place FROM bench_queue WHERE place >= $1"
                " ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING place, task_id",
                at,
            )
            if row is None:
                at = 0
                continue
            at = row["place"] + 1
            await connection.execute(
                "INSERT INTO bench_answers VALUES ($1, $2::jsonb, now())", row["task_id"], annotation
            )
            done += 1
        return done

    async def main() -> int:
        connections = [await asyncpg.connect(url) for _ in range(workers)]
        until = time.perf_counter() + seconds
        starts = [random.randrange(QUEUE) for _ in range(workers)]  # away from what earlier rounds left dead
        return sum(await asyncio.gather(*(one(c, s, until) for c, s in zip(connections, starts, strict=True))))

    return uvloop.run(main())


def _milliseconds(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def statements(installation: Installation, work: Work) -> tuple[float, float, float]:
    """Statements per claim, per submit, and per submit that claims, counted in a single server process."""
    import urllib.request

    def count() -> float:
        with urllib.request.urlopen(installation.url + "/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line.split()[1] for line in lines if line.startswith("fairmark_sql_statements_total")))

    async def main() -> tuple[float, float, float]:
        http = _Http(installation.port, work.tokens[0])
        await http.open()
        rounds, claims, submits, both = 200, 0.0, 0.0, 0.0
        annotation = msgspec.json.encode(ANNOTATION)
        for n in range(rounds + 1):
            before = count()
            answer = msgspec.json.decode(await http.post("/api/v1/assignments/claim", b"{}"), type=_Claim)
            between = count()
            assert answer.assignment is not None
            body = b'{"key":"' + uuid4().hex.encode() + b'","annotation":' + annotation + b"}"
            await http.post(f"/api/v1/assignments/{answer.assignment.id}/submit", body)
            if n:  # the first pair fills the caches
                claims += between - before
                submits += count() - between
        claim = msgspec.json.decode(await http.post("/api/v1/assignments/claim", b"{}"), type=_Claim)
        before = count()
        for _ in range(rounds):
            body = b'{"key":"' + uuid4().hex.encode() + b'","next":{},"annotation":' + annotation + b"}"
            answer = await http.post(f"/api/v1/assignments/{_some(claim).id}/submit", body)
            claim = msgspec.json.decode(answer, type=_Receipt).next
        both = count() - before
        return claims / rounds, submits / rounds, both / rounds

    return asyncio.run(main())


def _round(installation: Installation, work: Work, workers: int, seconds: float) -> list[Round]:
    """One of each way, beside the same ceiling."""
    limit = ceiling(installation.embedded.url(APP_ROLE), workers, seconds)
    rounds: list[Round] = []
    for calls in (2, 1):
        before = installation.cpu()
        run = load(installation.port, work, workers, seconds, calls=calls)
        rounds.append(Round(run, installation.cpu() - before, limit))
    return rounds


def _figures(rounds: list[Round]) -> list[str]:
    """The cells of one row: medians over the rounds, times over all of them."""

    def both(values: list[float], form: str) -> str:
        return f"{statistics.median(values):{form}} ({max(values):{form}})"

    def times(calls: list[list[float]]) -> str:
        together = [each for some in calls for each in some]
        if not together:
            return "in one"
        return " / ".join(f"{_milliseconds(together, share):.1f}" for share in (0.5, 0.95, 0.99))

    return [
        both([each.run.rate for each in rounds], ".0f"),
        times([each.run.claims for each in rounds]),
        times([each.run.submits for each in rounds]),
        f"{statistics.median(1000 * each.spent.server / each.run.pairs for each in rounds):.2f}",
        f"{statistics.median(1000 * each.spent.database / each.run.pairs for each in rounds):.2f}",
        both([each.ceiling for each in rounds], ".0f"),
        both([each.run.rate / each.ceiling for each in rounds], ".2f"),
    ]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    console = Console(width=140)
    console.print(f"claim + submit over HTTP; {machine()}")
    table = Table("open", "workers", "calls", "pairs/s (best)", "claim p50/p95/p99 ms", "submit p50/p95/p99 ms",
                  "CPU ms/pair: server", "database", "ceiling/s (best)", "share (best)")  # fmt: skip
    for open_assignments in options.open:
        with Installation(processes=options.processes) as installation:
            work = fill(installation, open_assignments, max(options.workers))
            installation.sql(
                "CREATE TABLE bench_queue (place bigint PRIMARY KEY, task_id uuid);"
                "CREATE TABLE bench_answers (task_id uuid PRIMARY KEY, annotation jsonb, at timestamptz);"
                f"INSERT INTO bench_queue SELECT n, gen_random_uuid() FROM generate_series(1, {QUEUE}) n;"
                f"GRANT ALL ON bench_queue, bench_answers TO {APP_ROLE}; ANALYZE bench_queue"
            )
            installation.start()
            load(installation.port, work, max(options.workers), 2)  # warms caches and plans
            for workers in options.workers:
                rounds = [_round(installation, work, workers, options.seconds) for _ in range(options.rounds)]
                for calls, ways in zip(("two", "one"), zip(*rounds, strict=True), strict=True):
                    table.add_row(f"{open_assignments:,}", str(workers), calls, *_figures(list(ways)))
    with Installation(processes=1) as installation:
        work = fill(installation, 1000, 1)
        installation.start()
        claim, submit, both = statements(installation, work)
    console.print(table)
    console.print(
        f"statements: {claim:.1f} to claim, {submit:.1f} to submit, {both:.1f} to do both in one call"
        " (BEGIN, scope and COMMIT counted)"
    )


if __name__ == "__main__":
    main()
