from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from linter import reading
from linter.config import Settings
from linter.sources import Discovery, NamedPathError, NamedPathMissing, discover, stdin_source


def write(root: Path, *paths: str, text: str = "x = 1\n") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def found(root: Path, **options: Any) -> list[str]:
    return paths(discover(str(root), Settings(**options)))


def paths(discovery: Discovery) -> list[str]:
    return [file.path for file in discovery.files]


def skipped(discovery: Discovery) -> dict[str, str]:
    return {item.path: item.reason for item in discovery.skipped}


def test_reads_python_and_sql_sorted_and_hashed(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a/z.sql", "a/b.PY", "a.pyw", "a/stub.pyi", "readme.md", "a/data.csv")
    discovery = discover(str(tmp_path), Settings())
    assert [(file.path, file.language) for file in discovery.files] == [
        ("a.pyw", "python"),
        ("a/b.PY", "python"),
        ("a/z.sql", "sql"),
        ("b.py", "python"),
    ]
    assert {file.data for file in discovery.files} == {b"x = 1\n"}
    assert {file.digest for file in discovery.files} == {blake2b(b"x = 1\n", digest_size=16).digest()}
    assert discovery.excluded == {} and discovery.skipped == ()


def test_does_not_depend_on_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a/b.py", "c.py")
    before = discover(str(tmp_path), Settings(), explain=True)
    monkeypatch.chdir(tmp_path / "a")
    assert discover(str(tmp_path), Settings(), explain=True) == before


def test_scripts_are_told_by_their_first_line(tmp_path: Path) -> None:
    write(tmp_path, "bin/run", text="#!/usr/bin/env python3\n")
    write(tmp_path, "bin/shell", text="#!/bin/sh\n# python\n")
    write(tmp_path, "LICENSE", "empty", text="")
    assert found(tmp_path) == ["bin/run"]


def test_standard_input(tmp_path: Path) -> None:
    assert stdin_source("a/b.sql", b"select 1").language == "sql"
    assert stdin_source("untitled", b"").language == "python"
    write(tmp_path, "a.py")
    assert discover(str(tmp_path), Settings()).files == (stdin_source("a.py", b"x = 1\n"),)


# What is left out


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".venv/lib/a.py", "virtual environment"),
        ("venv/a.py", "virtual environment"),
        (".tox/py/a.py", "virtual environment"),
        (".nox/py/a.py", "virtual environment"),
        ("lib/site-packages/a.py", "virtual environment"),
        (".eggs/a.py", "build output"),
        ("app.egg-info/a.py", "build output"),
        ("node_modules/a/a.py", "vendored"),
        ("static/bower_components/a.py", "vendored"),
        ("vendor/lib/a.py", "vendored"),
        ("vendored/a.py", "vendored"),
        ("pip/_vendor/a.py", "vendored"),
        ("third_party/a.py", "vendored"),
        ("analysis.ipynb", "notebook"),
        ("proto/user_pb2.py", "generated"),
        ("proto/user_pb2_grpc.py", "generated"),
    ],
)
def test_what_is_not_the_projects_own_is_counted(tmp_path: Path, path: str, reason: str) -> None:
    write(tmp_path, "kept.py", path)
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["kept.py"]
    assert discovery.excluded == {reason: 1}


@pytest.mark.parametrize("path", [".git/hooks/a.py", ".hg/a.py", ".svn/a.py", "a/__pycache__/a.py"])
def test_where_nobody_expects_code_is_left_out_without_a_word(tmp_path: Path, path: str) -> None:
    write(tmp_path, "kept.py", path)
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["kept.py"]
    assert discovery.excluded == {}


def test_an_environment_of_any_name_is_told_by_its_configuration(tmp_path: Path) -> None:
    write(tmp_path, "env/lib/a.py", "env/pyvenv.cfg", "app/env/a.py")
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["app/env/a.py"]
    assert discovery.excluded == {"virtual environment": 1}


def test_build_is_output_only_next_to_a_distribution_and_without_a_package(tmp_path: Path) -> None:
    write(tmp_path, "one/pyproject.toml", "one/build/lib/a.py", "one/dist/a.py")
    write(tmp_path, "two/pyproject.toml", "two/build/__init__.py", "three/build/a.py")
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["three/build/a.py", "two/build/__init__.py"]
    assert discovery.excluded == {"build output": 2}


def test_a_folder_of_well_known_libraries_is_one_of_copies(tmp_path: Path) -> None:
    write(tmp_path, "ext/six.py", "ext/requests/__init__.py", "ext/bs4/__init__.py", "ext/ours/a.py")
    write(
        tmp_path, "pkg/__init__.py", "pkg/six.py", "pkg/requests/a.py", "pkg/bs4/a.py", "apps/requests/b.py"
    )
    write(tmp_path, "apps/yaml/c.py")
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == [
        *("apps/requests/b.py", "apps/yaml/c.py"),
        *("pkg/__init__.py", "pkg/bs4/a.py", "pkg/requests/a.py", "pkg/six.py"),
    ]
    assert discovery.excluded == {"vendored": 1}


def test_vendor_is_also_a_business_word(tmp_path: Path) -> None:
    write(tmp_path, "shop/vendor/apps.py", "shop/vendor/models.py", "shop/vendor/views.py")
    assert len(found(tmp_path)) == 3


@pytest.mark.parametrize(
    "text",
    [
        "# -*- coding: utf-8 -*-\n# Generated by the protocol buffer compiler.  DO NOT EDIT!\nx = 1\n",
        "#!/usr/bin/env python\n\n# @generated by a tool\n",
        '"""A client.\n\nDO NOT EDIT\n"""\nx = 1\n',
        "/* made by a tool\n   DO NOT EDIT */\nx = 1\n",
        "\ufeff# @generated\n",
        "# DO NOT EDIT\nMARK = '@generated'\n",
    ],
)
def test_generated_files_say_so(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a.py", text=text)
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == []
    assert discovery.excluded == {"generated": 1}


@pytest.mark.parametrize(
    "text",
    [
        'MARKS = ("@generated", "DO NOT EDIT")\n',
        "import os\n# DO NOT EDIT the next line without asking\nx = 1\n",
        "# Generated by Django 4.2 on 2024-01-01 10:00\nfrom django.db import migrations\n",
        '"""create users\n\nRevision ID: 1\n"""\nfrom alembic import op\n',
    ],
)
def test_migrations_and_talk_of_generated_code_are_not_generated(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a.py", text=text)
    assert found(tmp_path) == ["a.py"]


def test_gitignore_nests_negates_and_prunes(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="*.sql\n/out/\nlogs\n")
    write(tmp_path, "db/.gitignore", text="!schema.sql\n/private/*\n!/private/open.py\n")
    write(tmp_path, "db/schema.sql", "db/dump.sql", "db/private/a.py", "db/private/open.py")
    write(tmp_path, "out/a.py", "src/out/a.py", "src/logs/a.py")
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["db/private/open.py", "db/schema.sql", "src/out/a.py"]
    assert discovery.excluded == {"gitignore": 4}
    assert len(found(tmp_path, respect_gitignore=False)) == 7


def test_ignore_files_above_the_root_count_up_to_the_repository(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="*.py\n")
    write(tmp_path, "repo/.git/info/exclude", text="local.py\n")
    write(tmp_path, "repo/.gitignore", text="/services/a/generated/\n*.sql\n")
    write(tmp_path, "repo/services/.gitignore", text="!keep.sql\na/tmp\n")
    for name in ("generated/x.py", "tmp/x.py", "x.sql", "keep.sql", "local.py", "x.py"):
        write(tmp_path, f"repo/services/a/{name}")
    assert found(tmp_path / "repo/services/a") == ["keep.sql", "x.py"]


def test_a_repository_within_the_project_has_its_own_ignore_files(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="*.sql\n")
    write(tmp_path, "sub/.git/info/exclude", text="b.py\n")
    write(tmp_path, "sub/a.sql", "sub/b.py", "a.sql")
    assert found(tmp_path) == ["sub/a.sql"]


def test_agrees_with_git_on_a_real_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    write(tmp_path, ".gitignore", text="*\n!*/\n!*.py\n/a/*/c.py\n")
    write(tmp_path, "a/.gitignore", text="*.py\n!b/\n!b/**\n")
    write(tmp_path, "a/a.py", "a/b/b.py", "a/b/c.py", "a/d/c.py", "b/a.py", "b/a.sql", "x.sql")
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True
    ).stdout.split()
    assert found(tmp_path) == sorted(path for path in listed if path.endswith((".py", ".sql")))


def test_exclude_and_include(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py", "src/gen/b.py", "tests/c.py", "d.sql")
    assert found(tmp_path, exclude=("gen/",), extend_exclude=("*.sql",)) == ["src/a.py", "tests/c.py"]
    discovery = discover(str(tmp_path), Settings(include=("src/", "*.sql")))
    assert paths(discovery) == ["d.sql", "src/a.py", "src/gen/b.py"]
    assert discovery.excluded == {"not in include": 1}


def test_exclude_can_bring_back_what_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="local/\n")
    write(tmp_path, "vendor/ours.py", "local/a.py", "third_party/b.py", "x_pb2.py")
    negated = ("!vendor/", "!local/", "!*_pb2.py")
    assert found(tmp_path, exclude=negated) == ["local/a.py", "vendor/ours.py", "x_pb2.py"]


# What is named


def test_named_paths_are_targets(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py", "src2/b.py", "c.py")
    discovery = discover(str(tmp_path), Settings(), named=[str(tmp_path / "src"), str(tmp_path / "c.py")])
    assert paths(discovery) == ["c.py", "src/a.py", "src2/b.py"]
    assert discovery.targets == ("c.py", "src")
    assert [path for path in paths(discovery) if discovery.is_target(path)] == ["c.py", "src/a.py"]
    assert discover(str(tmp_path), Settings(), named=[str(tmp_path)]).is_target("src2/b.py")


def test_a_named_path_is_read_although_excluded(tmp_path: Path) -> None:
    write(tmp_path, "vendor/lib/a.py", "vendor/lib/b.py", "x_pb2.py", "plain.py")
    named = [str(tmp_path / "vendor/lib/a.py"), str(tmp_path / "x_pb2.py")]
    discovery = discover(str(tmp_path), Settings(), named=named)
    assert paths(discovery) == ["plain.py", "vendor/lib/a.py", "x_pb2.py"]
    assert discovery.excluded == {"vendored": 1}
    forced = discover(str(tmp_path), Settings(force_exclude=True), named=named)
    assert paths(forced) == ["plain.py"]
    folder = discover(str(tmp_path), Settings(), named=[str(tmp_path / "vendor")])
    assert paths(folder) == ["plain.py", "vendor/lib/a.py", "vendor/lib/b.py"]


def test_a_named_path_must_exist_inside_the_root(tmp_path: Path) -> None:
    write(tmp_path, "root/a.py", "other/b.py", "root/notes.txt")
    root = str(tmp_path / "root")
    with pytest.raises(NamedPathMissing, match=r"gone\.py: no such file or folder"):
        discover(root, Settings(), named=[f"{root}/gone.py"])
    with pytest.raises(NamedPathError, match="outside the project"):
        discover(root, Settings(), named=[str(tmp_path / "other/b.py")])
    assert skipped(discover(root, Settings(), named=[f"{root}/notes.txt"])) == {
        "notes.txt": "it is neither Python nor SQL"
    }


# What cannot be read


def test_links_are_never_followed_out(tmp_path: Path) -> None:
    write(tmp_path, "secret/a.py", "root/real.py", "root/tool", text="#!/bin/python\n")
    root = tmp_path / "root"
    (root / "out.py").symlink_to(tmp_path / "secret/a.py")
    (root / "folder").symlink_to(tmp_path / "secret")
    (root / "again.py").symlink_to("real.py")
    (root / "tool.py").symlink_to("tool")
    (root / "broken.py").symlink_to("nowhere.py")
    (root / "loop").symlink_to(".")
    (root / "self.py").symlink_to("self.py")
    discovery = discover(str(root), Settings(), named=[str(root / "again.py"), str(root / "out.py")])
    assert paths(discovery) == ["real.py", "tool"]
    assert discovery.targets == ("out.py", "real.py")
    leads_out = "it is a symbolic link that leads out of the project"
    broken = "it is a broken symbolic link"
    assert skipped(discovery) == {
        "broken.py": broken,
        "folder": leads_out,
        "out.py": leads_out,
        "self.py": "it is a symbolic link",
    }


def test_a_link_may_give_a_file_its_language(tmp_path: Path) -> None:
    write(tmp_path, "bin/tool.txt")
    (tmp_path / "tool.py").symlink_to("bin/tool.txt")
    assert found(tmp_path) == ["bin/tool.txt"]


def test_special_files_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "large.py", text="x" * 100)
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / ".gitignore")
    monkeypatch.chdir(tmp_path)  # The name of a socket must be short.
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("s.py")
        discovery = discover(str(tmp_path), Settings(max_file_size=99))
    assert paths(discovery) == []
    assert skipped(discovery) == {
        ".gitignore": "it is not a regular file",
        "a.py": "it is larger than 99 bytes",
        "large.py": "it is larger than 99 bytes",
        "pipe.py": "it is not a regular file",
        "s.py": "it is not a regular file",
    }


def failing(function: Callable[..., Any], error: OSError, end: str) -> Callable[..., Any]:
    def fail(path: Any, *rest: Any, **more: Any) -> Any:
        if isinstance(path, str) and path.endswith(end):
            raise error
        return function(path, *rest, **more)

    return fail


def test_denied_and_vanished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", "denied/b.py", "gone.py", "locked.py")
    monkeypatch.setattr(os, "scandir", failing(os.scandir, PermissionError(13, "no"), "denied"))
    monkeypatch.setattr(reading.os, "open", failing(os.open, FileNotFoundError(2, "no"), "gone.py"))
    monkeypatch.setattr(reading.os, "open", failing(os.open, PermissionError(13, "no"), "locked.py"))
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["a.py"]
    assert skipped(discovery) == {
        "denied": "permission denied",
        "gone.py": "it is gone",
        "locked.py": "permission denied",
    }


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.py", text="x" * 50)
    status = os.stat(tmp_path / "a.py")
    shorter = os.stat_result((*status[:6], 10, *status[7:]))
    monkeypatch.setattr(reading.os, "fstat", lambda _: shorter)
    assert discover(str(tmp_path), Settings()).files[0].data == b"x" * 50
    assert skipped(discover(str(tmp_path), Settings(max_file_size=40))) == {
        "a.py": "it is larger than 40 bytes"
    }


def test_hostile_names(tmp_path: Path) -> None:
    names = [b"new\nline.py", b"esc\x1b[2J.py", b"caf\xe9.py", b" .py", b"-rf.py", "\u202egnp.py".encode()]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text("")
    assert found(tmp_path) == sorted(os.fsdecode(name) for name in names)


def test_a_tree_too_deep_for_a_path(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=descriptor)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    discovery = discover(str(tmp_path), Settings())
    assert paths(discovery) == ["a.py"]
    assert list(skipped(discovery).values()) == ["its path is too long"]


# What else discovery tells


def test_notes_configuration_files_below_the_root(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "a/backlint.toml", "a/pyproject.toml", text="[tool.backlint]\n")
    write(tmp_path, "b/pyproject.toml", "vendor/backlint.toml", text="[tool.backlint]\n")
    write(tmp_path, "c/pyproject.toml", text="[project]\n")
    assert discover(str(tmp_path), Settings()).configs == ("a/backlint.toml", "b/pyproject.toml")


def test_explains_each_decision(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", text="b.py\n")
    write(tmp_path, "a.py", "b.py", "vendor/c.py", "n.ipynb")
    discovery = discover(str(tmp_path), Settings(), explain=True)
    assert [(item.path, item.reason) for item in discovery.considered] == [
        ("a.py", ""),
        ("b.py", "gitignore"),
        ("n.ipynb", "notebook"),
        ("vendor", "vendored"),
    ]
    assert discover(str(tmp_path), Settings()).considered == ()
