"""Settings: from a TOML file, then the environment (`FAIRMARK_` + upper-case name), then the command line.

Every field's docstring is its paragraph in `docs/settings.md`. A name that is not here is refused, so that a typing
error cannot pass for a default.
"""

import os
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Invalid

PREFIX = "FAIRMARK_"
SECRET_CHARS_MIN = 32

Megabytes = Annotated[int, Meta(ge=1, le=1_000_000)]
Seconds = Annotated[int, Meta(ge=1, le=31_536_000)]


class BadSettings(Invalid):
    """A setting is unknown or has a value that it cannot have."""

    code = "bad_settings"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of one installation."""

    data_dir: str = ""
    """Folder for everything that is kept on this machine. Default: `$XDG_DATA_HOME/fairmark`."""
    database_url: str = ""
    """PostgreSQL 15+ as the application's role, which owns nothing. Empty: the embedded database in `data_dir`."""
    database_owner_url: str = ""
    """The same database as the owner of the tables; only `migrate`, `backup` and `restore` use it."""
    database_connections_max: Annotated[int, Meta(ge=2, le=1000)] = 16
    """Connections that one process opens at most."""
    blobs_url: str = ""
    """Where media lie: `file:///folder`, `s3://bucket/prefix`, `gs://...`, `az://...`. Empty: `data_dir`/blobs."""
    public_url: str = "http://127.0.0.1:8080"
    """The address that people use; links start with it, and cookies are `Secure` if it is https."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """Port to listen on."""
    processes: Annotated[int, Meta(ge=1, le=256)] = 1
    """HTTP server processes on this machine."""
    secret: str = ""
    """Key for signed addresses, at least 32 characters. Empty: made once and kept in `data_dir`/secret."""
    body_mb_max: Megabytes = 64
    """Largest request body that is not an upload."""
    upload_mb_max: Megabytes = 20_000
    """Largest file that may be uploaded."""
    image_megapixels_max: Annotated[int, Meta(ge=1, le=100_000)] = 400
    """Images with more pixels are refused before they are decoded."""
    media_url_s: Seconds = 300
    """How long a signed media address works."""
    session_s: Seconds = 1_209_600
    """How long a sign-in lasts without use."""
    sign_in_tries_max: Annotated[int, Meta(ge=1, le=1000)] = 10
    """Failed sign-ins per address and per account in 15 minutes before they are slowed."""
    fetch_allow: str = ""
    """Comma-separated networks (CIDR) that customers' URLs may point to although they are internal. Default: none."""
    fetch_timeout_s: Seconds = 60
    """How long one fetch of a customer's URL may take in all."""
    fetch_mb_max: Megabytes = 500
    """Largest file that is fetched from a customer's URL or a bucket."""
    bucket_allow: str = ""
    """Comma-separated bucket prefixes (`s3://bucket/folder/`, `gs://`, `az://`, `file:///folder/`) that imports may
    read with the operator's own credentials; each for everybody or, as `ORGANISATION_ID=PREFIX`, for one."""
    work_concurrency: Annotated[int, Meta(ge=1, le=256)] = 4
    """Long jobs that one `fairmark work` process runs at a time; of quick ones it runs four times as many."""
    work_metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Port of `host` on which a `fairmark work` process serves its metrics. 0: none."""
    log_format: Annotated[str, Meta(pattern="^(json|text)$")] = "text"
    """`json` for machines, `text` for people."""
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    """Least serious level that is written."""
    models_dir: str = ""
    """Folder with models that annotators may ask, each in a folder of its own. Empty: none."""
    models_threads: Annotated[int, Meta(ge=1, le=256)] = 2
    """Threads that one process of the server gives to a model."""
    models_answer_s: Seconds = 60
    """How long a model may take to answer before its process is ended."""
    trusted_proxies: str = ""
    """Comma-separated addresses of reverse proxies whose `X-Forwarded-For` is believed. Default: none."""

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)

    @property
    def embedded(self) -> bool:
        """Whether this installation runs its own PostgreSQL."""
        return not self.database_url


def load(environ: Mapping[str, str] | None = None, file: Path | None = None, **overrides: Any) -> Settings:
    """Reads the settings. `overrides` that are None are left out. Raises BadSettings."""
    environ = os.environ if environ is None else environ
    if file is None and (named := environ.get(PREFIX + "SETTINGS")):
        file = Path(named)
    values: dict[str, Any] = {}
    if file is not None:
        values |= _from_file(file)
    values |= _from_environment(environ)
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        why, _, place = str(error).partition(" - at `$.")
        name = place.rstrip("`")
        what = f"The setting {name} ({PREFIX}{name.upper()})" if name else "A setting"
        raise BadSettings(f"{what} is wrong: {why}.", mend="See docs/settings.md for names and ranges.") from error
    for name, check in _CHECKS.items():
        value: str = getattr(settings, name)
        if value and (why := check(value)):
            raise BadSettings(
                f"The setting {name} ({PREFIX}{name.upper()}) is wrong: {why}.",
                mend="See docs/settings.md for examples.",
            )
    return _with_defaults(settings, environ)


def _why_no_networks(value: str) -> str:
    for part in value.split(","):
        try:
            ip_network(part.strip(), strict=False)
        except ValueError:
            return f"'{part.strip()}' is no address and no network such as 10.0.0.0/8"
    return ""


def _why_no_database(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"postgresql", "postgres"} and (parts.port or 1) > 0
    except ValueError:
        good = False
    return "" if good else "it is no address such as postgresql://ROLE:PASSWORD@HOST/DATABASE"


def _why_no_store(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "file":
        return "" if rest.startswith("/") else "a folder's address has three slashes: file:///folder"
    return "" if scheme in _BUCKETS and rest.strip("/") else "it is none of file:///folder, s3://, gs:// and az://"


def _why_no_prefixes(value: str) -> str:
    for entry in (part.strip() for part in value.split(",")):
        org_id, equals, prefix = entry.partition("=")
        if not equals or "://" in org_id:
            prefix = entry
        elif not _is_id(org_id):
            return f"'{org_id}' is no id of an organisation (fairmark orgs list)"
        if why := _why_no_store(prefix):
            return f"'{prefix}': {why}"
    return ""


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _why_no_site(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    except ValueError:
        good = bare = False
    return "" if good and bare else "it is no address such as https://labels.example.com, without a path"


def _why_no_secret(value: str) -> str:
    return "" if len(value) >= SECRET_CHARS_MIN else f"it is shorter than {SECRET_CHARS_MIN} characters"


def _why_no_host(value: str) -> str:
    return "it is no name and no address to listen on" if set(value) & set(" /\t\n") else ""


_BUCKETS = frozenset({"s3", "gs", "az"})
_CHECKS: dict[str, Callable[[str], str]] = {
    "database_url": _why_no_database,
    "database_owner_url": _why_no_database,
    "blobs_url": _why_no_store,
    "public_url": _why_no_site,
    "host": _why_no_host,
    "secret": _why_no_secret,
    "fetch_allow": _why_no_networks,
    "bucket_allow": _why_no_prefixes,
    "trusted_proxies": _why_no_networks,
}
"""Of texts, what a type cannot say: why a value is wrong, or nothing."""


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"The settings file {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"The settings file {file} is not TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    known = set(Settings.__struct_fields__)
    found: dict[str, str] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable in {PREFIX + "SETTINGS", PREFIX + "KEY", PREFIX + "URL"}:
            continue  # FAIRMARK_KEY and FAIRMARK_URL are the client's
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise BadSettings(f"{variable} is no setting.", mend="See docs/settings.md for the names.")
        found[name] = value
    return found


def _with_defaults(settings: Settings, environ: Mapping[str, str]) -> Settings:
    home = environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    data = Path(settings.data_dir or f"{home}/fairmark").expanduser().absolute()
    blobs = settings.blobs_url or (data / "blobs").as_uri()
    return msgspec.structs.replace(
        settings, data_dir=str(data), blobs_url=blobs, public_url=settings.public_url.rstrip("/")
    )


def ensure_secret(settings: Settings) -> bytes:
    """The signing key: the setting, or the one kept in `data_dir`, made on first use with mode 0600."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data_path / "secret"
    try:
        settings.data_path.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=settings.data_path, prefix=".secret-") as file:  # made with mode 0600
            file.write(secrets.token_urlsafe(48).encode())
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)  # whole or not at all, and only one of several processes makes it
        return path.read_bytes()
    except OSError as error:
        raise BadSettings(
            f"The signing key {path} cannot be kept: {error.strerror}.",
            mend="Let this user write in FAIRMARK_DATA_DIR, free some space there, or set FAIRMARK_SECRET.",
        ) from error
