"""`backlint map`: what the backend is."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from linter.cli.options import (
    Opened,
    Verb,
    format_options,
    open_project,
    output_file_option,
    project_options,
    quiet_option,
    wants_colour,
)

if TYPE_CHECKING:
    from linter.inventory import Row
    from linter.outcome import Skipped
    from linter.pipeline import Run
    from linter.report.terminal import Paint

_FORMATS = ("text", "json")
_AUTH = {"yes": "authenticated", "no": "open to anyone", "unknown": "unknown"}


@click.command("map", cls=Verb, short_help="Show what the backend is: routes, guards, tables, queries.")
@click.argument("path", default=".", type=click.Path())
@format_options(*_FORMATS)
@output_file_option
@quiet_option
@project_options
def command(path: str, **values: Any) -> None:
    """Show what the backend at PATH is (default: the whole project).

    Routes with their guards and whether they know their caller, tables, queries and calls to other
    systems: what the rules judge. Routes also name the tests that call them. The JSON document is
    versioned; its paths are relative to PATH. A field of a GraphQL schema is a route with the method QUERY,
    MUTATION or SUBSCRIPTION, and the path of its endpoint with `#Type.field`.

    \b
    backlint map
    backlint map --format json --output json=map.json
    """
    from linter.cli.reporting import output_of, print_report, write_report
    from linter.inventory import describe

    outputs = [output_of(each, _FORMATS) for each in values["outputs"]]
    opened = open_project([path], values)
    backend = opened.run.backend
    inventory = describe(backend, _skipped(opened.run), _folder(opened, path))
    for format, file in outputs:
        write_report(file, _render(inventory, format, colour=False))
    print_report(_render(inventory, values["format_"], colour=wants_colour(values["color"])))


def _skipped(run: Run) -> Iterator[Skipped]:
    """Files that were found and not read, and files that could not be read as what they are."""
    from linter.outcome import Skipped
    from linter.pipeline import printable

    for skipped in run.discovery.skipped:
        yield Skipped(printable(skipped.path), skipped.reason)
    for path, facts in run.facts.items():
        if facts.error:
            yield Skipped(path, facts.error)


def _folder(opened: Opened, path: str) -> str:
    """The folder that paths are shown relative to, as seen from the root."""
    from linter.targets import relative_to

    real = os.path.realpath(path)
    return relative_to(real if os.path.isdir(real) else os.path.dirname(real), opened.settings.root)


def _render(inventory: Row, format: str, *, colour: bool) -> str:
    if format == "json":
        from linter.report.document import dump

        return dump(inventory)
    from linter.report.escape import harmless_log
    from linter.report.terminal import Paint

    sections = ("\n".join(section) for section in _sections(inventory, Paint(colour)) if section)
    return harmless_log("\n\n".join(sections) + "\n")


def _sections(inventory: Row, paint: Paint) -> Iterator[list[str]]:
    yield _routes(inventory["routes"], paint)
    yield _tables(inventory["tables"], paint)
    yield list(_totals(inventory, paint))
    skipped = [f"  {_shown(each['file'])}: {_shown(each['reason'])}" for each in inventory["skipped"]]
    yield [paint.bold("Not read, or not in full"), *skipped] if skipped else []


def _routes(routes: list[Row], paint: Paint) -> list[str]:
    from linter.cli.table import draw

    def verdict(text: str) -> str:
        return {"yes": paint.good(text), "no": paint("33", text)}.get(text, paint.dim(text))

    rows = [
        (
            ",".join(route["methods"]) or "any",
            route["path"],
            route["handler"],
            route["authenticated"],
            ", ".join(_short(guard["name"] for guard in route["guards"])),
        )
        for route in routes
    ]
    heads = ("METHODS", "PATH", "HANDLER", "AUTH", "GUARDS")
    return draw(heads, rows, paint, styles={1: paint.bold, 3: verdict, 4: paint.dim}) if rows else []


def _short(names: Iterable[str]) -> list[str]:
    """The function of each name, with its class if it has one; each once, in order."""
    shortened = []
    for name in names:
        *_, holder, last = ("", *name.split("."))
        shortened.append(f"{holder}.{last}" if holder[:1].isupper() else last)
    return list(dict.fromkeys(shortened))


def _tables(tables: list[Row], paint: Paint) -> list[str]:
    from linter.cli.table import draw

    rows = [
        (
            table["name"],
            str(len(table["columns"])),
            str(sum(column["indexed"] for column in table["columns"])),
            table["model"] or "",
            f"{table['file']}:{table['line']}",
        )
        for table in tables
    ]
    heads = ("TABLE", "COLUMNS", "INDEXED", "MODEL", "PLACE")
    return draw(heads, rows, paint, styles={0: paint.bold, 4: paint.dim}) if rows else []


def _totals(inventory: Row, paint: Paint) -> Iterator[str]:
    routes, queries, outbound = inventory["routes"], inventory["queries"], inventory["outbound"]
    verdicts = Counter(route["authenticated"] for route in routes)
    yield _total(paint, "route", "routes", len(routes), {_AUTH[key]: verdicts[key] for key in _AUTH})
    yield _total(paint, "table", "tables", len(inventory["tables"]), {})
    kinds = dict(sorted(Counter(query["kind"] for query in queries).items()))
    loops = sum(query["in_loop"] for query in queries)
    yield _total(paint, "query", "queries", len(queries), kinds | {"in a loop": loops})
    clients = dict(sorted(Counter(call["client"] for call in outbound).items()))
    untimed = sum(call["timeout"] == "no" for call in outbound)
    yield _total(
        paint, "outbound call", "outbound calls", len(outbound), clients | {"without a timeout": untimed}
    )


def _total(paint: Paint, noun: str, plural: str, number: int, parts: dict[str, int]) -> str:
    from linter.report.summary import counted

    listed = ", ".join(f"{count:,} {_shown(name)}" for name, count in parts.items() if count)
    return f"{paint.bold(counted(number, noun, plural))}{f' ({listed})' if listed else ''}"


def _shown(text: str) -> str:
    from linter.report.escape import visible

    return visible(text)
