"""Addresses of media, and which part of a file a request asks for. No I/O."""

import re
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from fairmark.assets.model import ORIGINAL, THUMBNAIL_SIZES, VARIANTS, VIEW, Asset, AssetState, AssetView, PageView
from fairmark.assets.tiles.rules import PICTURES_TOO, has_large_picture, is_tiled, tiles_url
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.kernel.signing import sign

SHOWN_INLINE = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif", "image/tiff"}
)
"""What an inspection found to be a picture. Everything else is offered for saving: it could be a page with a script."""
THUMBNAIL_TYPE = "image/webp"
WEBP_SIDE_MAX = 16_383
NOT_VIEWABLE = frozenset({"image/tiff", "image/jp2", "application/dicom"})
LARGEST_THUMBNAIL = str(THUMBNAIL_SIZES[-1])


_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_NOT_PLAIN = re.compile(r"[^ !#$%&\'()+,.0-9;=@A-Z\[\]^_`a-z{}~-]")


class Span(NamedTuple):
    """The bytes [start, end) of a file."""

    start: int
    end: int


class RangeWrong(FairmarkError):
    """The part asked for lies outside the file. `bytes` says how long it is."""

    code = "range_not_satisfiable"


def media_path(org_id: OrgId, asset_id: AssetId, variant: str) -> str:
    """Where a variant of an asset is served, without its signature."""
    assert variant in VARIANTS, variant
    return f"/media/{org_id}/{asset_id}/{variant}"


def media_url(site: Site, org_id: OrgId, asset_id: AssetId, variant: str, now: datetime) -> str:
    """A signed address of the asset's bytes ("original"), of a thumbnail ("128" ...) or of what to show ("view").

    The same within a window of `settings.media_url_s`, so that browsers can keep what lies there.
    """
    return sign(site.secret, media_path(org_id, asset_id, variant), now, site.settings.media_url_s)


def asset_view(site: Site, org_id: OrgId, asset: Asset, now: datetime) -> AssetView:
    """The asset as pages show it, with its signed addresses."""
    ready = asset.state is AssetState.READY

    def url(variant: str) -> str:
        return media_url(site, org_id, asset.id, variant, now)

    return AssetView(
        id=asset.id,
        state=asset.state,
        name=asset.name,
        media_type=asset.media_type,
        bytes=asset.bytes,
        width=asset.width,
        height=asset.height,
        url=url(shown_variant(asset.media_type, asset.width, asset.height)) if ready else None,
        original=url(ORIGINAL) if ready else None,
        thumbnails={str(size): url(str(size)) for size in (thumbnail_sizes(asset) if ready else ())},
        tiles=tiles_url(site, org_id, asset.id, now) if ready and is_tiled(asset) else None,
        page=_page_of(asset),
        fault=asset.fault,
    )


def _page_of(asset: Asset) -> PageView | None:
    if asset.cut_from is None:
        return None
    probe = asset.probe
    return PageView(
        file_id=asset.cut_from,
        number=probe["page"],
        pages=probe["pages"],
        time_ms=probe.get("time_ms"),
        duration_ms=probe.get("duration_ms"),
    )


def thumbnail_sizes(asset: Asset) -> tuple[int, ...]:
    """The sizes of thumbnails that make sense: below the image's own; the least even of a smaller image."""
    is_picture = asset.media_type.startswith("image/") or asset.media_type in PICTURES_TOO
    longer = max(asset.width or 0, asset.height or 0) if is_picture else 0
    return tuple(size for size in THUMBNAIL_SIZES if size < longer) or (THUMBNAIL_SIZES[:1] if longer else ())


def small_variant(width: int | None, height: int | None) -> str:
    """The thumbnail that stands for an image among many: there is none larger than the image but the least."""
    return str(THUMBNAIL_SIZES[1] if max(width or 0, height or 0) > THUMBNAIL_SIZES[1] else THUMBNAIL_SIZES[0])


def view_side(asset: Asset) -> int | None:
    """The longer side of the copy to show where browsers cannot show the original; None: none is needed."""
    longer = max(asset.width or 0, asset.height or 0)
    return min(longer, WEBP_SIDE_MAX) if longer and not asset.probe.get("viewable", True) else None


def shown_variant(media_type: str, width: int | None, height: int | None) -> str:
    """What to show of an asset of which no more is known: the original, or what browsers can show of it.

    Of what is too large to be shown whole, a small picture: the tiles lie over it.
    """
    if has_large_picture(media_type, width, height):
        return LARGEST_THUMBNAIL
    return VIEW if media_type in NOT_VIEWABLE else ORIGINAL


def parse_range(header: str | None, size: int) -> Span | None:
    """The one part that `header` asks for; None: the whole file (no, several or foreign ranges). Raises RangeWrong."""
    found = _RANGE.fullmatch(header.strip()) if header else None
    if not found or found[1] == found[2] == "":
        return None
    if found[1] == "":
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        end = min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise RangeWrong(f"The file has {size} bytes.", mend="Ask for a part inside it.", bytes=size)
    return Span(start, end)


def disposition(media_type: str, name: str) -> str:
    """`Content-Disposition`: pictures are shown, everything else is saved. The name goes along for "save as"."""
    kind = "inline" if media_type in SHOWN_INLINE else "attachment"
    last = name.rpartition("/")[2] or "file"
    plain = _NOT_PLAIN.sub("_", last)[:200]
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(last[:200], safe='')}"


def etag_matches(header: str | None, etag: str) -> bool:
    """Whether one of the tags of `If-None-Match` is `etag`; weak ones count."""
    if not header:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags
