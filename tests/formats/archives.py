"""ZIP archives for tests, good and hostile, made with the standard library so that ours is not its own witness."""

import io
import struct
import zipfile


def archive(files: dict[str, bytes]) -> bytes:
    """A plain archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for path, data in files.items():
            made.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def linked(path: str, target: str) -> bytes:
    """An archive with a symbolic link."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        info = zipfile.ZipInfo(path)
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        made.writestr(info, target)
    return file.getvalue()


def patched(data: bytes, entry: int, field: str, value: int) -> bytes:
    """`data` with a number in the directory's entry changed: "flags", "method", "check", "packed", "size", "start"."""
    place, at = -1, -1
    for _ in range(entry + 1):
        at = data.index(b"PK\x01\x02", at + 1)
    offsets = {
        "flags": (8, "<H"),
        "method": (10, "<H"),
        "check": (16, "<I"),
        "packed": (20, "<I"),
        "size": (24, "<I"),
        "start": (42, "<I"),
    }
    offset, shape = offsets[field]
    place = at + offset
    return data[:place] + struct.pack(shape, value) + data[place + struct.calcsize(shape) :]
