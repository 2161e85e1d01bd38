"""What an interrupted import had reached, kept on this machine so that the next try goes on from there."""

import hashlib
import os
from pathlib import Path

import msgspec


class Reached(msgspec.Struct, frozen=True):
    """The upload of a file, and the import of it, as far as there are any."""

    upload_id: str | None = None
    import_id: str | None = None


class Unfinished:
    """One file on its way to one project. The file is known by its path, size and time: changed, it starts anew."""

    def __init__(self, url: str, project_id: str, path: Path, said: str) -> None:
        """said: the options of the import, for another import of the same file is another one."""
        state = path.stat()
        what = "\n".join([url, project_id, str(path.resolve()), str(state.st_size), str(state.st_mtime_ns), said])
        self._path = note_folder() / f"{hashlib.sha256(what.encode()).hexdigest()[:32]}.json"

    def read(self) -> Reached:
        """Nothing reached if there is no note, or one that cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Reached)
        except (OSError, msgspec.DecodeError):
            return Reached()

    def keep(self, reached: Reached) -> None:
        """Notes it. A folder that cannot be written only means that the next try starts from the beginning."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_bytes(msgspec.json.encode(reached))
        except OSError:
            return

    def done(self) -> None:
        """Forgets it."""
        self._path.unlink(missing_ok=True)


def note_folder() -> Path:
    """Where such notes lie on this machine."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(cache) / "fairmark" / "imports"
