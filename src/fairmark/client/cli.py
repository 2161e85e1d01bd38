"""The commands that talk to a server over HTTP; they work with `pip install fairmark` alone."""

import os
import sys

import typer

from fairmark.kernel.errors import FairmarkError

INTERRUPTED = 130


def add_to(app: typer.Typer) -> None:
    """Adds the client's commands."""


def run(app: typer.Typer) -> None:
    """Runs the command line: an error is a message and exit status 1, Ctrl+C 130, a reader that left is no error."""
    try:
        app()
    except FairmarkError as error:
        sys.stderr.write(f"error: {error.message}\n" + (f"→ {error.mend}\n" if error.mend else ""))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Python would complain once more while it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
