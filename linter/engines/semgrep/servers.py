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
_IMPORTS = re.compile(
    rb"""\b(?:from|import|require)\s*\(?\s*["'](?:%s)(?:/[^"'\n]*)?["']"""
    % b"|".join(re.escape(name.encode()) for name in _SERVER_MODULES)
)


def server_files(files: Mapping[str, SourceFile], packages: Collection[str]) -> frozenset[str]:
    """The scripts in packages where some file imports what only servers use.

    `packages` are the folders that have a `package.json`, relative to the root.
    """
    folders = frozenset(packages)
    scripts = {path: _package(path, folders) for path in files if extension_of(path) in SCRIPTS}
    servers: set[str] = set()
    for path, package in scripts.items():
        if package not in servers and not is_test(path) and _IMPORTS.search(files[path].data):
            servers.add(package)
    return frozenset(path for path, package in scripts.items() if package in servers)


def _package(path: str, folders: frozenset[str]) -> str:
    """The nearest folder around a file that has a `package.json`; the root when none has."""
    folder = path.rpartition("/")[0]
    while folder and folder not in folders:
        folder = folder.rpartition("/")[0]
    return folder
