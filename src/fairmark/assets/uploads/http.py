"""One route per use case: parse, call, render."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from litestar import get, post, put
from litestar.exceptions import HTTPException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import Parameter

from fairmark.assets.uploads import batch, service
from fairmark.assets.uploads.model import (
    BodyBroken,
    KnownAnswer,
    KnownQuestion,
    NewUpload,
    Upload,
    Uploads,
)
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.http import OrgNotChosen, Req, actor_of, site, work
from fairmark.kernel.ids import UploadId

TAGS = ["uploads"]
Offset = Annotated[int, Parameter(ge=0, le=1 << 50, description="`received` of the upload: where these bytes belong.")]
FileName = Annotated[str, Parameter(min_length=1, max_length=1024, description="The file's name, with its folders.")]
Announced = Annotated[
    str | None, Parameter(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, to be checked.")
]


@dataclass
class _RawBody(Operation):
    """The body is bytes, not JSON."""

    def __post_init__(self) -> None:
        binary = OpenAPIMediaType(schema=Schema(type=None, content_media_type="application/octet-stream"))
        self.request_body = RequestBody(content={"application/octet-stream": binary}, required=True)


@post("/api/v1/uploads", operation_id="create_upload", tags=TAGS)
async def create_upload(request: Req, data: NewUpload) -> Upload:
    """Announces a file to be sent in pieces. Media whose SHA-256 is known are done at once, without sending a byte."""
    async with work(request, Permission.DATA_WRITE) as tx:
        return await service.create(tx, site(request), data)


@put(
    "/api/v1/uploads/{upload_id:uuid}",
    operation_id="send_upload_piece",
    tags=TAGS,
    operation_class=_RawBody,
    request_max_body_size=None,
)
async def send_upload_piece(request: Req, upload_id: UploadId, offset: Offset) -> Upload:
    """Sends the next bytes of a file; with the last of them it is checked and becomes an asset.

    After a cut, ask where to go on with GET, or read `received` in the answer `offset_wrong`.
    """
    actor = await _writer(request)
    return await service.put(site(request), actor, upload_id, offset, request.content_length, _body(request))


@get("/api/v1/uploads/{upload_id:uuid}", operation_id="get_upload", tags=TAGS)
async def get_upload(request: Req, upload_id: UploadId) -> Upload:
    """How far an upload has come."""
    async with work(request, Permission.DATA_READ) as tx:
        return await service.get(tx, site(request), upload_id)


@post(
    "/api/v1/uploads/small",
    operation_id="upload_small",
    tags=TAGS,
    operation_class=_RawBody,
    request_max_body_size=None,
)
async def upload_small(request: Req, name: FileName, sha256: Announced = None) -> Upload:
    """Sends one file of at most 8 MiB in one request."""
    actor = await _writer(request)
    taken = await batch.take_small(site(request), actor, name, sha256, _body(request))
    upload_id, _, refused = taken[0]
    if refused is not None:
        refused.fields["upload_id"] = str(upload_id)
        raise refused
    return (await _uploads(request, actor, taken))[0]


@post(
    "/api/v1/uploads/batch",
    operation_id="upload_batch",
    tags=TAGS,
    operation_class=_RawBody,
    request_max_body_size=None,
)
async def upload_batch(request: Req) -> Uploads:
    """Sends up to 500 small files (8 MiB each, 64 MiB together) in one request.

    The body begins with a line of JSON, {"files": [{"name", "bytes", "sha256"?}, ...]}, and a line feed; the files'
    bytes follow in the same order with nothing between them. Each file's upload is answered in that order: `done` with
    its asset, or `failed` with its fault.
    """
    actor = await _writer(request)
    return Uploads(await _uploads(request, actor, await batch.take_batch(site(request), actor, _body(request))))


@post("/api/v1/uploads/known", operation_id="known_files", tags=TAGS, status_code=200)
async def known_files(request: Req, data: KnownQuestion) -> KnownAnswer:
    """Which of these files are assets already, by their SHA-256: they need not be sent again."""
    async with work(request, Permission.DATA_READ) as tx:
        return KnownAnswer(await service.known(tx, data.sha256))


async def _body(request: Req) -> AsyncIterator[bytes]:
    """The body as it comes. Raises BodyBroken where the connection is cut."""
    try:
        async for piece in request.stream():
            yield piece
    except HTTPException as error:
        raise BodyBroken("The connection ended before the body did.", mend="Send it again.") from error


async def _writer(request: Req) -> Actor:
    """The caller, who may write data. The body is read outside any transaction, so `work` cannot be used."""
    actor = await actor_of(request)
    if actor.org_id is None and actor.person_id is not None:
        raise OrgNotChosen("It is not said for which organisation this is.", mend="Send the header X-Fairmark-Org: ID.")
    require(actor, Permission.DATA_WRITE)
    return actor


async def _uploads(request: Req, actor: Actor, taken: batch.Taken) -> list[Upload]:
    async with site(request).db.begin(actor.org_id, actor=actor) as tx:
        return await service.views(tx, site(request), [upload_id for upload_id, _, _ in taken])


ROUTES = [create_upload, send_upload_piece, get_upload, upload_small, upload_batch, known_files]
