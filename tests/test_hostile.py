"""Whatever bytes are in a repository, the run ends with a report and names what it could not read."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover, stdin_source

ROOT = Path(__file__).parent.parent
REAL = sorted((ROOT / "fixtures" / "apps").rglob("*.py")) + sorted((ROOT / "linter").rglob("*.py"))


def _check(folder: Path, *arguments: str) -> tuple[int, dict[str, object], str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "linter",
        "check",
        str(folder),
        "--no-cache",
        "--isolated",
        "--format",
        "json",
    ]
    ran = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, check=False, timeout=120
    )
    return ran.returncode, json.loads(ran.stdout), ran.stderr.decode()


def _nested(opening: str, closing: str, depth: int = 10_000) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


UNREADABLE = {
    "invalid_utf8.py": b"NAME = '\xff\xfe\x80'\n",
    "nul.py": b"NAME = 1\x00\n",
    "brackets.py": b"x = " + _nested("(", ")"),
    "lists.py": b"x = " + _nested("[", "]"),
    "python2.py": b"print 'hello'\nexec 'x'\n",
    "nonsense.py": b"def (:\n",
    "huge.py": b"x = 1\n" * 3_500_000,
    "nul.sql": b"SELECT 1;\x00",
    "latin.sql": b"SELECT '\xe9';",
}
READABLE = {
    "empty.py": b"",
    "mark.py": b"\xef\xbb\xbfNAME = 1\n",
    "crlf.py": b"NAME = 1\r\n\r\n\r\ndef f():\r\n    return NAME\r\n",
    "carriage.py": b"NAME = 1\rOTHER = 2\r",
    "form_feed.py": b"NAME = 1\n\x0c\ndef f():\n    pass\n",
    "no_end.py": b"NAME = 1",
    "surrogate.py": b"NAME = '\\ud800'\n",
    "attributes.py": b"x = a" + b".b" * 800 + b"\n",
    "elifs.py": b"if x == 0:\n    pass\n" + b"".join(b"elif x == %d:\n    pass\n" % n for n in range(1_500)),
    "sum.py": b"x = " + b" + ".join([b"y"] * 2_000) + b"\n",
    "calls.py": b"x = y" + b".f(1)" * 500 + b"\n",
    "big_number.py": b"x = " + b"9" * 4_000 + b"\n",
    "empty.sql": b"",
    "prose.sql": b"this is no SQL; nor is (this",
    "quotes.sql": b"SELECT 'never closed",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, object], str]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in {**UNREADABLE, **READABLE}.items():
        (folder / name).write_bytes(content)
    loop = folder / "loop"
    loop.mkdir()
    (loop / "again").symlink_to(loop, target_is_directory=True)
    (folder / "escape.py").symlink_to("/etc/passwd")
    (folder / "outside").symlink_to("/usr/lib", target_is_directory=True)
    (folder / "dangling.py").symlink_to("nowhere.py")
    (folder / "new\nline.py").write_bytes(b"def (:\n")
    (folder / "\x1b[31mred.py").write_bytes(b"def (:\n")
    os.mkfifo(folder / "pipe.py")
    with open(os.path.join(os.fsencode(folder), b"bytes\xff.py"), "wb") as file:
        file.write(b"def (:\n")
    return _check(folder, "--profile", "audit")


def test_ends_with_a_report(report: tuple[int, dict[str, object], str]) -> None:
    code, document, errors = report
    assert code in (0, 1)
    assert "Traceback" not in errors
    assert document["version"] == 1


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_names_what_it_could_not_read(report: tuple[int, dict[str, object], str], name: str) -> None:
    skipped = {each["path"]: each["reason"] for each in report[1]["skipped"]}  # type: ignore[attr-defined]
    assert skipped.get(name)


@pytest.mark.parametrize("name", sorted(READABLE))
def test_reads_what_it_can(report: tuple[int, dict[str, object], str], name: str) -> None:
    assert name not in {each["path"] for each in report[1]["skipped"]}  # type: ignore[attr-defined]


@pytest.mark.parametrize("part", ["escape.py", "dangling.py", "pipe.py", "line.py", "red.py", "bytes"])
def test_names_odd_files(report: tuple[int, dict[str, object], str], part: str) -> None:
    assert any(part in each["path"] for each in report[1]["skipped"])  # type: ignore[attr-defined]


def test_terminal_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "\x1b]0;owned\x07.py").write_bytes(b"def (:\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "linter", str(tmp_path), "--no-cache", "--color", "never"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert b"\x1b" not in ran.stdout
    assert b"\x07" not in ran.stdout


def test_folder_without_permission(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "module.py").write_text("x = 1\n", encoding="utf-8")
    closed.chmod(0)
    try:
        code, document, _ = _check(tmp_path)
    finally:
        closed.chmod(0o755)
    assert code == 0
    if os.geteuid() != 0:
        assert document["skipped"]


def _survives(source: bytes, tmp_path: Path, name: str = "module.py") -> None:
    configured = load_settings(str(tmp_path), environ={}, isolated=True)
    discovery = discover(str(tmp_path), configured)
    import msgspec

    discovery = msgspec.structs.replace(discovery, files=(stdin_source(name, source),))
    run = Run(configured, discovery, use_cache=False, jobs=1)
    checked = run.check_afresh()
    assert not checked.failures, checked.failures


@pytest.mark.parametrize("seed", range(40))
def test_mutated_real_files(seed: int, tmp_path: Path) -> None:
    """Lines dropped, doubled, swapped and cut in real files."""
    chance = random.Random(seed)
    for path in chance.sample(REAL, 3):
        lines = path.read_bytes().splitlines(keepends=True)
        for _ in range(chance.randint(1, 5)):
            if not lines:
                break
            position = chance.randrange(len(lines))
            match chance.randrange(5):
                case 0:
                    del lines[position]
                case 1:
                    lines.insert(position, lines[chance.randrange(len(lines))])
                case 2:
                    lines[position] = lines[position][: len(lines[position]) // 2] + b"\n"
                case 3:
                    lines[position] = lines[position].replace(b"(", b"[", 1)
                case 4:
                    lines[position] = lines[position].replace(b"self", bytes([chance.randrange(256)]))
        _survives(b"".join(lines), tmp_path)


@settings(max_examples=60)
@given(
    source=st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_arbitrary_bytes(source: bytes, tmp_path: Path) -> None:
    _survives(source, tmp_path)
    _survives(source, tmp_path, "file.sql")


def test_a_root_that_is_a_package_itself_ends() -> None:
    from linter.extract.files import extract
    from linter.resolve.project import Project

    facts = {path: extract(b"x = 1\n", "python", "postgres") for path in ("__init__.py", "a/__init__.py")}
    assert sorted(Project(facts).modules) == ["__init__.py", "a/__init__.py"]


def test_modules_that_import_each_other_with_stars_end(tmp_path: Path) -> None:
    """A name that is nowhere is looked for once in each module, and not along every way there is."""
    count = 14
    package = tmp_path / "pkg"
    package.mkdir()
    lines = [f"from .m{each} import *\nfrom .lost{each} import *\n" for each in range(count)]
    (package / "__init__.py").write_text("".join(lines), encoding="utf-8")
    for number in range(count):
        stars = [f"from pkg.m{each} import *\n" for each in range(count) if each != number]
        body = (
            f"class C{number}(Missing{number}):\n    x = nowhere{number}\n\n\ndef run():\n    return C5()\n"
        )
        text = "".join(["from pkg import *\n", *stars, body])
        (package / f"m{number}.py").write_text(text, encoding="utf-8")
    code, _, errors = _check(tmp_path)
    assert (code, errors) == (0, "")
