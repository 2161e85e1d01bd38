"""The tables of routes, version by version."""

from fairmark.scale_api.calls import Routes
from fairmark.scale_api.routes import batches, files, people, projects, second, tasks

V1 = Routes([*tasks.ROUTES, *batches.ROUTES, *projects.ROUTES, *files.ROUTES, *people.ROUTES])
V2 = Routes(second.ROUTES)
