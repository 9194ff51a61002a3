"""All facts in, one backend out: the only place that knows every framework adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from linter.backend import Backend
from linter.facts.files import FileFacts
from linter.frameworks import fastapi
from linter.guards import Refusals
from linter.resolve.project import Project


def link(
    files: Mapping[str, FileFacts],
    text_of: Callable[[str], str],
    source_roots: Iterable[str] = (),
) -> Backend:
    """The backend that a project's facts describe.

    `files` maps relative paths to facts; `text_of` gives a file's text for rules that look at it.
    """
    project = Project(files, source_roots)
    backend = Backend(project, text_of)
    refusals = Refusals(project)
    routes = [*fastapi.routes(backend, refusals)]
    routes.sort(key=lambda route: (route.path, route.methods, route.handler, route.location))
    backend.routes = tuple(routes)
    return backend
