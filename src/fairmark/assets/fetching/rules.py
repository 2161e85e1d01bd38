"""Which addresses may be fetched, and when to try again. No I/O."""

import re
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from fairmark.assets.fetching.model import BucketForbidden, UrlInvalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_CHARS_MAX = 4096
REDIRECTS_MAX = 5
TRIES_MAX = 5
BUCKET_SCHEMES: Final = frozenset({"s3", "s3a", "gs", "az", "abfs", "abfss", "adl", "azure", "file"})
PORTS: Final = (80, 443)
PORT_FREE_FROM: Final = 1024
"""Below it lie the ports of other services, which must not be talked to in HTTP."""

_PLAIN = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?:/[!-~]*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UNFIT = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff\\]")

# Written out beside what the library knows: its table differs between versions of Python, and this one must not.
_FORBIDDEN: Final[tuple[tuple[Network, str], ...]] = tuple(
    (ip_network(network), why)
    for network, why in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_FORBIDDEN_V6: Final[tuple[tuple[IPv6Network, str], ...]] = (
    (IPv6Network("2001::/23"), "protocol assignments"),
    (IPv6Network("2001:db8::/32"), "documentation"),
    (IPv6Network("2620:4f:8000::/48"), "AS112"),
    (IPv6Network("3fff::/20"), "documentation"),
)
_TRANSLATED: Final = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("::/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
"""IPv6 networks that carry an IPv4 address, and the bits behind it."""

_RETRY_S: Final = (5, 30, 120, 600)


def check_url(url: str) -> str:
    """`url` if it can be fetched at all. Where it leads is judged when it is fetched. Raises UrlInvalid."""
    if len(url) > URL_CHARS_MAX:
        raise UrlInvalid(f"The address has {len(url)} characters; the limit is {URL_CHARS_MAX}.", mend="Shorten it.")
    if _PLAIN.fullmatch(url):
        return url
    shown = url[:200].encode("utf-8", "backslashreplace").decode()
    if _UNFIT.search(url):
        raise UrlInvalid(
            f"The address {shown!r} holds a space, a control character or a backslash.",
            mend="Write such characters as %XX.",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UrlInvalid(
            f"{shown!r} is no address: {error}.", mend="Give a whole address: https://host/path."
        ) from error
    if parts.scheme not in ("http", "https"):
        raise UrlInvalid(f"{shown!r} is neither http nor https.", mend="Give an https address, or upload the file.")
    if not host:
        raise UrlInvalid(f"{shown!r} names no host.", mend="Give a whole address: https://host/path.")
    if "@" in parts.netloc:
        raise UrlInvalid(
            f"The address on {host} carries a name or password.", mend="Use a signed address, or upload the file."
        )
    if port is not None and port not in PORTS and port < PORT_FREE_FROM:
        raise UrlInvalid(
            f"Port {port} on {host} belongs to another service.", mend="Serve files on port 80, 443 or 1024 and above."
        )
    return url


def check_source(url: str, prefixes: Sequence[str] = ()) -> str:
    """`url` if it can be fetched at all, also from a bucket below `prefixes`. Raises UrlInvalid, BucketForbidden."""
    scheme = url.partition("://")[0].lower()
    if scheme not in BUCKET_SCHEMES:
        return check_url(url)
    if len(url) > URL_CHARS_MAX or prefix_of(url, prefixes) is None:
        shown = url[:200].encode("utf-8", "backslashreplace").decode()
        raise BucketForbidden(
            f"{shown!r} lies in no bucket that is open to this organisation.",
            mend="Ask the operator to add its prefix to the setting bucket_allow, or give https addresses.",
        )
    return url


def host_of(source: str) -> str:
    """The host or bucket that an address is on, in one spelling; "" for one that cannot be read."""
    scheme, _, rest = source.partition("://")
    return f"{scheme.lower()}://{re.split('[/?#]', rest, maxsplit=1)[0].lower()}"


def parse_networks(text: str) -> list[Network]:
    """The comma-separated networks of the setting `fetch_allow`. Raises ValueError for what is none."""
    return [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]


def forbidden(address: Address, allow: Sequence[Network] = ()) -> str | None:
    """Why nothing may be fetched from `address`: "loopback", "private" ...; None if it may.

    An IPv6 address that stands for an IPv4 one is judged by that. `allow` wins over everything.
    """
    plain = _unwrapped(address)
    if any(each in network for network in allow for each in {address, plain} if each.version == network.version):
        return None
    if isinstance(plain, IPv4Address):
        return next((why for network, why in _FORBIDDEN if plain in network), None)
    if plain.scope_id is not None or plain not in _GLOBAL_V6:
        return "not a global IPv6 address"
    return next((why for network, why in _FORBIDDEN_V6 if plain in network), None)


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        for network, shift in _TRANSLATED:
            if address in network and int(address) > 1:  # ::1 is no IPv4 address
                return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return address


def retry_after(tries: int) -> timedelta | None:
    """How long to wait after the `tries`-th failed fetch (from 1); None: that was the last."""
    return timedelta(seconds=_RETRY_S[tries - 1]) if tries < TRIES_MAX else None


def open_prefixes(setting: str, org_id: UUID) -> list[str]:
    """The bucket prefixes that the setting `bucket_allow` opens to `org_id`, each ending in "/".

    An entry is a prefix for everybody, or ORG_ID=PREFIX for one organisation.
    """
    found: list[str] = []
    for entry in (part.strip() for part in setting.split(",")):
        owner, equals, prefix = entry.partition("=")
        if not equals or "://" in owner:
            owner, prefix = "", entry
        if "://" in prefix and owner in ("", str(org_id)):
            found.append(prefix.rstrip("/") + "/")
    return found


def prefix_of(url: str, prefixes: Sequence[str]) -> str | None:
    """The one of `prefixes` that `url` lies below; None if there is none, or if its path climbs."""
    scheme, _, path = url.partition("://")
    if any(part in ("..", ".") for part in path.split("/")) or "\\" in path or _CONTROL.search(path):
        return None
    whole = f"{scheme.lower()}://{path}"
    return next((prefix for prefix in prefixes if whole.startswith(prefix) or whole + "/" == prefix), None)
