"""Who serves what and who reacts to what: plain tables. A package joins the product by a line here."""

from typing import Any

from fairmark.assets import http as assets
from fairmark.assets import jobs as assets_jobs
from fairmark.assets.imports import http as imports
from fairmark.assets.media import http as media
from fairmark.assets.tiles import http as tiles
from fairmark.assets.uploads import http as uploads
from fairmark.delivery import http as delivery
from fairmark.delivery import jobs as delivery_jobs
from fairmark.identity import http as identity
from fairmark.identity import jobs as identity_jobs
from fairmark.identity.http import authenticate as authenticate
from fairmark.kernel.events import Reader
from fairmark.predictions import http as predictions
from fairmark.projects import http as projects
from fairmark.quality import http as quality
from fairmark.quality import jobs as quality_jobs
from fairmark.quality.cases import http as cases
from fairmark.quality.gold import http as gold
from fairmark.quality.gold import jobs as gold_jobs
from fairmark.quality.judging import http as judging
from fairmark.quality.judging import jobs as judging_jobs
from fairmark.quality.people import http as quality_people
from fairmark.quality.reports import http as quality_reports
from fairmark.scale_api import http as scale
from fairmark.scale_api import http_pictures as scale_pictures
from fairmark.scale_api import http_settings as scale_settings
from fairmark.scale_api import jobs as scale_jobs
from fairmark.tasks import http as tasks
from fairmark.tasks import jobs as tasks_jobs
from fairmark.tasks.questions import http as questions
from fairmark.tasks.samples import http as samples
from fairmark.tasks.threads import http as threads
from fairmark.workforce import http as workforce
from fairmark.workforce import service as workforce_service

ROUTES: list[Any] = [
    *identity.ROUTES,
    *identity.invitation_routes(workforce_service),
    *workforce.ROUTES,
    *projects.ROUTES,
    *assets.ROUTES,
    *uploads.ROUTES,
    *imports.ROUTES,
    *media.ROUTES,
    *tiles.ROUTES,
    *tasks.ROUTES,
    *questions.ROUTES,
    *threads.ROUTES,
    *samples.ROUTES,
    *quality.ROUTES,
    *quality_reports.ROUTES,
    *judging.ROUTES,
    *gold.ROUTES,
    *quality_people.ROUTES,
    *cases.ROUTES,
    *predictions.ROUTES,
    *delivery.ROUTES,
    *scale.ROUTES,
    *scale_settings.ROUTES,
    *scale_pictures.ROUTES,
]
"""Route handlers of every package's http.py."""

EXPRESS: list[Any] = [tasks.claim, tasks.submit, tasks.beat, tasks.save_draft]
"""Routes that workers call for every task, or every few seconds: they go the short way (express.py)."""

READERS: list[Reader] = [
    Reader("tasks", tasks_jobs.EVENTS, tasks_jobs.on_events),
    Reader("quality", quality_jobs.WORK_EVENTS, quality_jobs.on_work),
    delivery_jobs.READER,
    Reader("scale", scale_jobs.EVENTS, scale_jobs.on_work),
]
"""Reactions to events: (name, event types, handler). Each reader keeps its own place in every organisation's log."""

JOBS: dict[str, Any] = {
    **assets_jobs.JOBS,
    **judging_jobs.JOBS,
    **gold_jobs.JOBS,
    **delivery_jobs.JOBS,
    **scale_jobs.JOBS,
}
"""Background jobs by name: `async def job(site: Site, org_id: OrgId, args: dict) -> None`."""

QUICK_JOBS: frozenset[str] = frozenset({delivery_jobs.SEND, assets_jobs.FETCH_JOB, *scale_jobs.JOBS})
"""Those of JOBS that end within seconds, or wait for other machines: they have room of their own, so that long ones
never hold them up."""

PERIODIC: list[tuple[str, int, Any]] = [
    *assets_jobs.PERIODIC,
    ("sweep sign-ins", 3600, identity_jobs.sweep),
    ("expire leases", tasks_jobs.EXPIRE_EVERY_S, tasks_jobs.expire_leases),
    delivery_jobs.PERIODIC,
]
"""(name, every n seconds, `async def run(site: Site) -> None`); one process of the installation runs each at a time."""
