# Made from aio/client.py by `python -m tests.client.mirror`: change that file, not this one.
"""The client: every part of the native API in one object."""

from fairmark.client.sync.data import Data
from fairmark.client.sync.delivery import Delivering
from fairmark.client.sync.people import People
from fairmark.client.sync.projects import Projects
from fairmark.client.sync.quality import Quality
from fairmark.client.sync.samples import Samples
from fairmark.client.sync.threads import Threads
from fairmark.client.sync.work import Work


class Client(People, Projects, Data, Work, Threads, Samples, Quality, Delivering):
    """A fairmark server, as one API key or one person signed in sees it.

    `Client("https://label.example.org", key)`, or without arguments by FAIRMARK_URL and FAIRMARK_KEY. One client
    may be used by many at a time; close it when done, or use it as a context manager. Lists are read page by page as
    far as you go. What is safe to repeat is repeated while the server does not answer, for `patience_s` in all.

    Raises what `fairmark.client.errors` lists: above all ApiError (its subclass by HTTP status) and NoConnection.
    """
