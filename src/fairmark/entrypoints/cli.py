"""The `fairmark` command: the way to the processes that run the product, or to the whole command line.

Who starts a process does not wait for the client's packages, which take longer to load than the command itself.
"""

import sys
from importlib.util import find_spec

RUNNING = frozenset({"serve", "up", "work"})
SERVER_PACKAGES = ("asyncpg", "litestar", "obstore", "pgqueuer", "uvicorn")


def has_server() -> bool:
    """Whether the packages of `fairmark[server]` are installed."""
    return all(find_spec(name) for name in SERVER_PACKAGES)


def main() -> None:
    """Runs the command line; a fairmark error is a message and status 1, never a trace."""
    if set(sys.argv[1:2]) <= RUNNING and sys.argv[1:] and has_server():
        from fairmark.entrypoints import running  # what a command does not need, it does not load

        running.main()
    else:
        from fairmark.entrypoints import command_line

        command_line.main()
