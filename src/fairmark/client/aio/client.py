"""The client: every part of the native API in one object."""

from fairmark.client.aio.data import Data
from fairmark.client.aio.delivery import Delivering
from fairmark.client.aio.people import People
from fairmark.client.aio.projects import Projects
from fairmark.client.aio.quality import Quality
from fairmark.client.aio.samples import Samples
from fairmark.client.aio.threads import Threads
from fairmark.client.aio.work import Work


class AsyncClient(People, Projects, Data, Work, Threads, Samples, Quality, Delivering):
    """A fairmark server, as one API key or one person signed in sees it.

    `AsyncClient("https://label.example.org", key)`, or without arguments by FAIRMARK_URL and FAIRMARK_KEY. One client
    may be used by many at a time; close it when done, or use it as a context manager. Lists are read page by page as
    far as you go. What is safe to repeat is repeated while the server does not answer, for `patience_s` in all.

    Raises what `fairmark.client.errors` lists: above all ApiError (its subclass by HTTP status) and NoConnection.
    """
