"""Guidelines: Markdown to HTML that can do no harm in a reader's browser."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = set(nh3.ALLOWED_TAGS) - {"iframe", "style", "svg", "math"}
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=200)
def render(markdown: str) -> str:
    """`markdown` as HTML: no scripts, styles, forms or frames; pictures only from this server or inline."""
    html = _parser.render(markdown)
    return nh3.clean(
        html, tags=_TAGS, url_schemes={"https", "http", "mailto", "data"}, link_rel="noopener noreferrer nofollow",
        attribute_filter=_attribute,
    )  # fmt: skip


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(("/media/", "data:image/png", "data:image/jpeg", "data:image/webp")) else None
    if name == "href" and value.startswith("data:"):
        return None
    return value
