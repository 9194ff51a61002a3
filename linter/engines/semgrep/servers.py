"""JavaScript that runs on a server, told from what runs in a browser by the company that it keeps.

The frontend of a backend is often ten times as large as the backend, and the rules that come with backlint
have nothing to say about it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from linter.engines.semgrep.languages import EXTENSIONS
from linter.file_roles import is_test
from linter.source_files import extension_of

if TYPE_CHECKING:
    from linter.source_files import SourceFile

SCRIPTS = frozenset((*EXTENSIONS["javascript"], *EXTENSIONS["typescript"]))
"""Extensions of the languages that run in both places."""

_SERVER_MODULES = (
    *("express", "fastify", "koa", "restify", "hono", "polka", "sails"),
    *("@nestjs", "@hapi/hapi", "@koa", "@fastify", "@feathersjs", "@adonisjs", "@prisma/client"),
    *("http", "https", "http2", "node:http", "node:https", "node:http2"),
    *("aws-lambda", "firebase-functions", "@google-cloud/functions-framework"),
    *("knex", "sequelize", "typeorm", "pg", "mysql", "mysql2", "mongodb", "mongoose", "better-sqlite3"),
)
"""What only code on a server imports."""
_SENT = frozenset({"static", "public", "staticfiles"})
_LONG_LINE = 500
"""Bytes of a line above which, on average, no person has written a script."""
_IMPORTS = re.compile(
    rb"""\b(?:from|import|require)\s*\(?\s*["'](?:%s)(?:/[^"'\n]*)?["']"""
    % b"|".join(re.escape(name.encode()) for name in _SERVER_MODULES)
)


def server_files(files: Mapping[str, SourceFile], packages: Collection[str]) -> frozenset[str]:
    """The scripts in packages where some file imports what only servers use.

    `packages` are the folders that have a `package.json`, relative to the root. What is sent to browsers from
    a folder of static files, and what is minified, is left out.
    """
    folders = frozenset(packages)
    scripts = {
        path: _package(path, folders)
        for path, file in files.items()
        if extension_of(path) in SCRIPTS and not _is_for_browsers(path) and not _is_minified(file.data)
    }
    servers: set[str] = set()
    for path, package in scripts.items():
        if package not in servers and not is_test(path) and _IMPORTS.search(files[path].data):
            servers.add(package)
    return frozenset(path for path, package in scripts.items() if package in servers)


def _is_for_browsers(path: str) -> bool:
    """Whether a file lies in a folder whose files are sent as they are."""
    return not _SENT.isdisjoint(path.split("/")[:-1])


def _is_minified(data: bytes) -> bool:
    """Whether a script is written for machines: nobody mends it there, and its lines take rules long."""
    return len(data) > _LONG_LINE * (data.count(b"\n") + 1)


def _package(path: str, folders: frozenset[str]) -> str:
    """The nearest folder around a file that has a `package.json`; the root when none has."""
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder
