"""Pictures of segmentations: the signature is all that is asked for, as with other media."""

from typing import Annotated

from litestar import Response, get
from litestar.params import Parameter

from fairmark.kernel.http import Req, site
from fairmark.kernel.ids import OrgId
from fairmark.scale_api import pictures

Expires = Annotated[int, Parameter(query="e", ge=0, le=1 << 40)]
Signature = Annotated[str, Parameter(query="s", max_length=64)]
HEADERS = {"x-content-type-options": "nosniff", "cache-control": "private, no-store"}
"""The picture is that of the result in force, which may be another one soon."""


@get("/scale/masks/{org_id:uuid}/{task_id:str}/{part:str}", operation_id="scale_picture", include_in_schema=False)
async def get_picture(
    request: Req, org_id: OrgId, task_id: str, part: str, expires: Expires, signature: Signature
) -> Response[bytes]:
    """A picture that a response of segmentannotation names."""
    png = await pictures.picture(site(request), org_id, task_id, part, expires, signature)
    return Response(png, headers=HEADERS, media_type="image/png")


ROUTES = [get_picture]
