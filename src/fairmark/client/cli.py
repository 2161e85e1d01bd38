"""The commands that talk to a server over HTTP; they work with `pip install fairmark` alone."""

import os
import sys

import typer

from fairmark.client.commands import (
    exporting,
    gold,
    importing,
    keys,
    projects,
    quality,
    reviewing,
    simulating,
    watching,
)
from fairmark.client.errors import ApiError, ClientError
from fairmark.kernel.errors import FairmarkError

INTERRUPTED = 130


def add_to(app: typer.Typer) -> None:
    """Adds the client's commands. The group `keys` is `commands.keys.app`, to which the server adds its `create`."""
    app.add_typer(projects.app, name="projects", help="Make projects, look at them, set their rules.")
    app.add_typer(keys.app, name="keys", help="API keys.")
    app.command("import")(importing.import_data)
    app.command("export")(exporting.export_labels)
    app.command("results")(exporting.list_results)
    app.add_typer(gold.app, name="gold", help="Items whose answer is known: in, and out again.")
    app.add_typer(reviewing.app, name="review", help="Samples of what is done, put back before reviewers.")
    app.command("quality")(quality.show_quality)
    app.command("watch")(watching.watch_project)
    app.command("simulate")(simulating.simulate_crowd)


def run(app: typer.Typer) -> None:
    """Runs the command line: an error is a message and exit status 1, Ctrl+C 130, a reader that left is no error."""
    try:
        app()
    except (FairmarkError, ClientError) as error:
        _complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Python would complain once more while it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _complain(error: FairmarkError | ClientError) -> None:
    lines = [f"error: {error.message}"]
    lines += [f"→ {error.mend}"] if error.mend else []
    lines += [f"(request {error.request_id})"] if isinstance(error, ApiError) and error.status >= 500 else []
    lines += [f"  {fault}" for fault in _faults(error)]
    sys.stderr.write("\n".join(lines) + "\n")


def _faults(error: FairmarkError | ClientError) -> list[str]:
    """The single faults of a document, where the error brings several."""
    faults = getattr(error, "fields", {}).get("faults")
    if not isinstance(faults, list) or len(faults) < 2:
        return []
    found: list[dict[str, str]] = [fault for fault in faults if isinstance(fault, dict)]
    return [f"{fault.get('path') or '/'}: {fault.get('message', '')}" for fault in found[:20]]
