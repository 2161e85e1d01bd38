"""The Python client: `Client` and `AsyncClient` for the native API. Needs no package of the server.

with Client("https://label.example.org", key) as client:
    for project in client.list_projects():
        print(project.name, client.get_progress(project.id).tasks)
"""

from fairmark.client.aio.client import AsyncClient
from fairmark.client.errors import ApiError, ClientError, NoConnection
from fairmark.client.signatures import verify_signature
from fairmark.client.sync.client import Client

__all__ = ["ApiError", "AsyncClient", "Client", "ClientError", "NoConnection", "verify_signature"]
