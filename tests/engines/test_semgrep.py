"""semgrep beside the analysis: a stand-in for what may go wrong, the real one for what it finds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from time import monotonic, sleep
from typing import NamedTuple

import pytest

from linter.cli import main
from linter.config import ConfigError
from linter.engines.semgrep import job, rule_files
from linter.engines.semgrep.languages import extensions_in, extensions_of
from linter.engines.semgrep.program import find_program, is_too_old
from linter.engines.semgrep.rule_files import RuleText, read_rules
from linter.engines.semgrep.rules import RulesError, parse_rules
from linter.file_roles import is_test
from linter.packs import builtin_folder

REAL = find_program()
PACK_FOLDER = Path(builtin_folder()) / "semgrep"
needs_semgrep = pytest.mark.skipif(REAL is None, reason="semgrep is not installed")

PACK = """\
rules:
  - id: go.weak-hash
    languages: [go]
    severity: ERROR
    message: A weak hash is used. Use another.
    metadata: {practice: data-protection, cwe: "CWE-327: Broken", confidence: HIGH, owasp: "API8:2023"}
    pattern: md5.Sum(...)
  - id: js.eval
    languages: [javascript, typescript]
    severity: WARNING
    message: $X is run
    metadata: {cwe: ["CWE-95"]}
    pattern: eval($X)
"""
GO = 'package main\n\nfunc f() { println("é😀"); md5.Sum(x) }\n'

FAKE = """\
#!{python}
import json, os, signal, sys, time
if "--version" in sys.argv:
    print("{version}")
    raise SystemExit
tree = sys.argv[sys.argv.index("--project-root") + 1]
paths = sorted(
    os.path.join(folder, name)
    for folder, _, names in os.walk(tree) for name in names if name != ".semgrepignore"
)
with open({calls!r}, "a") as file:
    file.write(json.dumps({{
        "seen": [path[len(tree) + 1:] for path in paths],
        "environment": dict(os.environ), "arguments": sys.argv[1:], "folder": os.getcwd(),
    }}) + "\\n")
report = {{"version": "{version}", "results": [], "errors": [], "paths": {{"scanned": paths}}}}
for path in paths:
    text = open(path, "rb").read()
    for code, mark in (("go.weak-hash", b"md5.Sum(x)"), ("js.eval", b"eval(x)")):
        at = text.find(mark)
        if at >= 0:
            report["results"].append({{
                "check_id": code, "path": path, "start": {{"line": 1, "col": 1, "offset": at}},
                "end": {{"line": 1, "col": 1, "offset": at + len(mark)}},
                "extra": {{"message": "found\\n  it", "is_ignored": False}},
            }})
{behaviour}
print(json.dumps(report))
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Cli = Callable[..., Answer]


class Fake:
    """A stand-in for semgrep that reports marks in files, unless told to behave otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        self.install()

    def install(self, behaviour: str = "", version: str = "1.182.0") -> None:
        self.folder.mkdir(exist_ok=True)
        program = self.folder / "semgrep"
        text = FAKE.format(python=_PYTHON, version=version, calls=str(self.log), behaviour=behaviour)
        program.write_text(text)
        program.chmod(0o755)

    @property
    def calls(self) -> list[dict[str, object]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]


_PYTHON = sys.executable


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(os.path.realpath(tmp_path)) / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("BACKLINT_")]:
        monkeypatch.delenv(name)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "rules.yaml").write_text(PACK)
    monkeypatch.setattr(rule_files, "builtin_rules", lambda: str(pack))
    return root


@pytest.fixture
def fake(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    return Fake(tmp_path / "bin")


@pytest.fixture
def cli(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    def run(*arguments: str) -> Answer:
        given = [*arguments, "--profile", "audit", "--format", "concise"]
        monkeypatch.setattr(sys, "argv", ["backlint", "check", *given])
        with pytest.raises(SystemExit) as caught:
            main()
        captured = capsys.readouterr()
        return Answer(int(caught.value.code or 0), captured.out, captured.err)

    return run


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


WEAK = "main.go:3:27: error data-protection/semgrep-go-weak-hash found it"


def test_findings_in_a_repository_without_python(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    write(project / "web" / "a.ts", "\ufeffa\r\nimport 'express'\reval(x)\n")
    write(project / "notes.txt", "eval(x)\n")
    answer = cli()
    assert answer.out.splitlines() == [
        WEAK,
        "web/a.ts:3:1: warning input-validation/semgrep-js-eval found it",
        "Found 2 problems (1 error, 1 warning) in 2 files.",
    ]
    assert (answer.code, answer.err) == (1, "")
    assert fake.calls[0]["seen"] == ["main.go", "web/a.ts"]


def test_only_what_is_selected_is_handed_over(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "backlint.toml", "exclude = ['old/']\n")
    write(project / ".gitignore", "built/\n")
    for name in ("old/a.go", "built/a.go", "vendor/a.go", "node_modules/a.js", "a.pb.go", "a.min.js"):
        write(project / name, GO)
    write(project / "made.go", f"// Code generated by x. DO NOT EDIT.\n{GO}")
    write(project / "main.go", GO)
    write(project / "app.py", "eval(x)\n")
    assert cli().code == 1
    assert fake.calls[0]["seen"] == ["main.go"]


def test_scripts_of_a_browser_are_left_alone_by_our_rules(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "package.json", "{}")
    write(project / "api" / "package.json", "{}")
    write(project / "api" / "src" / "main.ts", 'import { Get } from "@nestjs/common";\n')
    write(project / "api" / "src" / "deep" / "x.mjs", "")
    write(project / "web" / "a.test.js", "import 'http'")
    write(project / "web" / "a.js", 'import x from "expression"; const http = "http";\n')
    cli()
    assert fake.calls[-1]["seen"] == ["api/src/deep/x.mjs", "api/src/main.ts"]
    (project / "api" / "package.json").unlink()
    cli()
    assert fake.calls[-1]["seen"] == ["web/a.js"]
    write(project / "backlint.toml", "semgrep-rules = ['own.yaml']\n")
    write(project / "own.yaml", PACK.replace("go.weak", "own.weak").replace("js.eval", "own.eval"))
    (project / "api" / "src" / "main.ts").unlink()
    cli()
    assert fake.calls[-1]["seen"] == ["api/src/deep/x.mjs", "web/a.js", "web/a.test.js"]


def test_static_and_minified_scripts_are_left_alone_by_our_rules(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "package.json", "{}")
    write(project / "server.js", 'const express = require("express");\n')
    write(project / "static" / "lib" / "math.js", 'const http = require("http");\n')
    write(project / "public" / "a.js", "")
    write(project / "vendored.js", "x(1);" * 500)
    cli()
    assert fake.calls[-1]["seen"] == ["server.js"]


def test_our_rules_leave_tests_alone(cli: Cli, project: Path, fake: Fake) -> None:
    for name in ("main.go", "main_test.go", "tests/a.go"):
        write(project / name, GO)
    assert cli().out.splitlines() == [WEAK, "Found 1 problem (1 error) in 1 file."]
    assert fake.calls[-1]["seen"] == ["main.go"]
    write(project / "backlint.toml", "semgrep-rules = ['own.yaml']\n")
    write(project / "own.yaml", PACK.replace("go.weak", "own.weak").replace("js.eval", "own.eval"))
    # The project's rules want to see tests, and what ours say of them is left out.
    assert cli().out.splitlines() == [WEAK, "Found 1 problem (1 error) in 3 files."]
    assert fake.calls[-1]["seen"] == ["main.go", "main_test.go", "tests/a.go"]


def test_our_rules_leave_very_large_files(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "small.go", GO)
    write(project / "large.go", GO + "// filler\n" * 20_000)
    answer = cli("--verbose", "--output", "json=out.json")
    assert fake.calls[-1]["seen"] == ["small.go"]
    skipped = json.loads((project / "out.json").read_text())["skipped"]
    assert skipped == [
        {"path": "large.go", "reason": "backlint's rules for semgrep leave files larger than 150,000 bytes"}
    ]
    assert "large.go: not read" in answer.out
    write(project / "backlint.toml", "semgrep-rules = ['own.yaml']\n")
    write(project / "own.yaml", PACK.replace("go.weak", "own.weak").replace("js.eval", "own.eval"))
    cli()
    # Rules of the project's own look at what they want.
    assert fake.calls[-1]["seen"] == ["large.go", "small.go"]


@pytest.mark.parametrize("name", ["main_test.go", "src/test/Main.java", "a.spec.ts", "AppTests.java"])
def test_files_of_tests_are_left_to_the_audit(name: str) -> None:
    assert is_test(name) and not is_test("latest.spec.d/contest.go")


def test_named_files(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    write(project / "other.go", GO)
    assert cli("main.go").out.splitlines()[0] == WEAK
    assert "other.go" not in cli("main.go").out


def test_comments_baseline_and_selection_work_as_for_other_findings(
    cli: Cli, project: Path, fake: Fake
) -> None:
    rule = "data-protection/semgrep-go-weak-hash"
    write(project / "main.go", GO.replace("}\n", f"}} // backlint: ignore[{rule}] -- a cache key\n"))
    assert cli().out == "No problems found in 1 file (1 ignored).\n"
    write(project / "main.go", f"package main // backlint: ignore[{rule}]\n")
    assert "suppression/unused" in cli().out
    write(project / "main.go", GO)
    assert cli("--ignore", "data-protection").out.startswith("No problems")
    assert cli("--select", rule).out.splitlines()[0] == WEAK
    write(project / "backlint.toml", f"[severity]\n'{rule}' = 'note'\n")
    assert cli().out.startswith("main.go:3:27: note")
    write(project / "backlint.toml", "[severity]\n'data-protection/semgrep-go-weak-hush' = 'note'\n")
    assert (cli().code, "did you mean" in cli().err) == (2, True)


def test_it_is_not_asked_about_what_is_known(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    write(project / "b.go", GO)
    first = cli()
    assert cli() == first
    assert len(fake.calls) == 1
    write(project / "b.go", "package b\n")
    assert cli().out.splitlines()[0] == WEAK
    assert [call["seen"] for call in fake.calls] == [["b.go", "main.go"], ["b.go"]]
    fake.install(version="1.183.0")
    cli()
    assert fake.calls[-1]["seen"] == ["b.go", "main.go"]
    rules_file = Path(rule_files.builtin_rules()) / "rules.yaml"
    rules_file.write_text(PACK.replace("md5.Sum", "sha1.Sum"))
    cli()
    assert len(fake.calls) == 4
    write(project / ".semgrepignore", "b.go\n:include .gitignore\n")
    cli()
    assert len(fake.calls) == 5


def test_it_is_not_started_without_files_for_it(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "app.py", "x = 1\n")
    assert cli().out == "No problems found in 1 file.\n"
    assert not fake.calls


def test_nothing_is_sent_and_nothing_is_written_outside(
    cli: Cli, project: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMGREP_APP_TOKEN", "secret")
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    monkeypatch.setenv("PYTHONPATH", f".{os.pathsep}{project.parent}")
    write(project / "main.go", GO)
    cli()
    (call,) = fake.calls
    environment, arguments = call["environment"], call["arguments"]
    assert isinstance(environment, dict) and isinstance(arguments, list)
    assert environment["SEMGREP_SEND_METRICS"] == "off"
    assert not {"SEMGREP_APP_TOKEN", "GIT_DIR"} & environment.keys()
    assert environment["PYTHONPATH"] == str(project.parent)
    private = str(call["folder"])
    for name in ("SEMGREP_SETTINGS_FILE", "SEMGREP_LOG_FILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        assert environment[name].startswith(private), name
    assert {"--metrics", "off", "--disable-version-check"} <= set(arguments)
    assert not os.path.exists(private)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("sys.stderr.write('\\nno \\x1b[31mluck\\n'); raise SystemExit(3)", "it ended with code 3"),
        ("print('{]'); raise SystemExit", "it ended with code 0 and printed no report"),
        ("print('[' * 100_000); raise SystemExit", "printed no report"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "it was killed by signal 9"),
        ("report['errors'] = [{'level': 'error', 'message': 'bad\\nrule'}]", ": bad rule"),
        ("report['version'] = '1.90.0'", "version 1.90.0 is too old; 1.110 or newer is needed"),
        ("report['results'] = [{'check_id': 3}]", "printed no report"),
        ("print(json.dumps(report)); raise SystemExit(2)", "it ended with code 2"),
    ],
)
def test_a_run_that_fails_costs_one_line(
    cli: Cli, project: Path, fake: Fake, behaviour: str, words: str
) -> None:
    write(project / "main.go", GO)
    write(project / "app.py", "import os\nos.system(input())\n")
    fake.install(behaviour)
    answer = cli()
    assert answer.code == 2
    (line,) = answer.err.splitlines()
    assert line.startswith("error: engine semgrep: ") and words in line and "\x1b" not in line
    assert "app.py:2:1" in answer.out
    fake.install()
    assert WEAK in cli().out


def test_a_run_that_does_not_end_is_stopped(
    cli: Cli, project: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "LIMIT", 0.3)
    write(project / "main.go", GO)
    fake.install("time.sleep(60)")
    started = monotonic()
    answer = cli()
    assert monotonic() - started < 20
    assert (answer.code, answer.err) == (2, "error: engine semgrep: it did not end within 0 seconds\n")


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
def test_it_ends_with_backlint(project: Path, fake: Fake, tmp_path: Path) -> None:
    write(project / "main.go", GO)
    fake.install("time.sleep(60)")
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
        "PATH": f"{fake.folder}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(tmp_path),
    }
    code = (
        "import sys; sys.executable = ''; sys.argv = ['backlint', 'check', '--profile', 'audit']\n"
        "from linter.cli import main; main()"
    )
    process = subprocess.Popen([_PYTHON, "-c", code], cwd=project, env=environment)
    until = monotonic() + 30
    while not fake.calls and monotonic() < until:
        sleep(0.05)
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM
    assert not list(tmp_path.glob("backlint-*"))


def test_a_file_that_it_cannot_read_is_said_to_be_skipped(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    fake.install("report['errors'] = [{'level': 'warn', 'type': ['PartialParsing', []], 'path': paths[0]}]")
    answer = cli("--output", "json=out.json")
    assert WEAK in answer.out and answer.code == 1
    skipped = json.loads((project / "out.json").read_text())["skipped"]
    assert skipped == [{"path": "main.go", "reason": "semgrep cannot parse all of it"}]
    cli()
    assert len(fake.calls) == 1
    fake.install("report['errors'] = [{'level': 'warn', 'type': 'Timeout', 'path': paths[0]}]", "1.200.0")
    cli()
    cli()
    # What met a limit may end otherwise the next time.
    assert len(fake.calls) == 3


def test_rules_that_meet_their_limit_are_named_in_one_line(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    late = "{'level': 'warn', 'type': 'Timeout', 'path': paths[0], 'rule_id': %r}"
    parsed = "{'level': 'warn', 'type': ['PartialParsing', []], 'path': paths[0]}"
    fake.install(f"report['errors'] = [{late % 'go.b'}, {late % 'go.a'}, {parsed}]")
    lines = cli().out.splitlines()
    assert [line for line in lines if "not read" in line] == [
        "main.go: not read: semgrep cannot parse all of it; "
        "semgrep gave up on it: timeout in go.a, go.b, so what others found may be missing"
    ]
    cli()
    # A limit that was met is not forgotten for another trouble with the same file.
    assert len(fake.calls) == 2


def test_where_it_is_not_installed(
    cli: Cli, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")
    # A program of the checked project must not run.
    Fake(project / "bin")
    write(project / ".gitignore", "bin/\n")
    write(project / "app.py", "x = 1\n")
    assert cli() == Answer(0, "No problems found in 1 file.\n", "")
    write(project / "backlint.toml", "[engines]\naudit = ['semgrep']\n")
    answer = cli()
    assert answer.code == 2
    assert answer.err == (
        "error: engine semgrep: it is not installed; `pip install 'backlint[semgrep]'` installs it\n"
    )
    write(project / "backlint.toml", "engine-failures = 'warning'\n[engines]\naudit = ['semgrep']\n")
    answer = cli()
    assert answer.code == 0
    assert answer.err == (
        "warning: engine semgrep: it is not installed; `pip install 'backlint[semgrep]'` installs it\n"
    )
    assert find_program() is None


def test_one_that_is_too_old_is_not_run(cli: Cli, project: Path, fake: Fake) -> None:
    fake.install(version="0.99.1")
    write(project / "main.go", GO)
    answer = cli()
    assert (answer.code, fake.calls) == (2, [])
    assert answer.err == "error: engine semgrep: version 0.99.1 is too old; 1.110 or newer is needed\n"


def test_rules_of_the_project(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "backlint.toml", "semgrep-rules = ['lint']\n")
    answer = cli()
    assert (answer.code, "error: cannot read semgrep rules" in answer.err) == (2, True)
    (project / "lint").mkdir()
    assert "there are no semgrep rules" in cli().err
    own = PACK.replace("go.weak-hash", "own").replace("js.eval", "own2").replace("[go]", "[python, go]")
    write(project / "lint" / "a.yaml", own)
    write(project / "lint" / "a.test.yaml", "rules: [")
    write(project / "lint" / "values.yml", "a: 1\n")
    write(project / "main.go", GO)
    write(project / "app.py", "x = 1\n")
    assert cli().code == 1
    assert fake.calls[-1]["seen"] == ["app.py", "main.go"]
    write(project / "lint" / "b.yaml", own)
    answer = cli()
    assert answer.err == "error: engine semgrep: rule `own` is in lint/a.yaml and in lint/b.yaml\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [", "x.yaml is no YAML"),
        ("rules: [{message: m}]", "has a rule without an `id`"),
        ("rules: [{id: a, mode: join}]", "may have to be fetched"),
        ("rules: [&a {id: a, b: *a}]", "too large"),
        ("rules: [" * 3_000, "x.yaml"),
        ("a: !!python/object/apply:os.system [x]", "no YAML"),
    ],
)
def test_rules_that_cannot_be_used(text: str, words: str) -> None:
    with pytest.raises(RulesError, match=words.replace("`", ".")):
        parse_rules([RuleText("x.yaml", text.encode())])


def test_aliases_do_not_multiply() -> None:
    lines = ["rules:", "- id: a", "  x0: &x0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"  x{i}: &x{i} [{','.join([f'*x{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(RulesError, match="too large"):
        parse_rules([RuleText("x.yaml", "\n".join(lines).encode())])


def test_what_a_rule_means() -> None:
    book = parse_rules([RuleText("x.yaml", PACK.encode())])
    weak, run = book.rules["go.weak-hash"].info, book.rules["js.eval"].info
    assert (weak.id, weak.cwe, weak.owasp) == ("data-protection/semgrep-go-weak-hash", 327, "API8:2023")
    assert (weak.title, weak.severity.value, weak.confidence.value) == (
        "A weak hash is used.",
        "error",
        "high",
    )
    assert (run.id, run.title) == ("input-validation/semgrep-js-eval", "semgrep js.eval")
    assert (run.severity.value, run.confidence.value) == ("warning", "medium")


def test_a_path_without_rules_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read semgrep rules"):
        read_rules([str(tmp_path / "none.yaml")], str(tmp_path))


def test_languages() -> None:
    assert extensions_of(["go", "klingon"]) == {".go"}
    assert {".ts", ".py", ".java"} <= extensions_of(["generic"])
    assert extensions_in([b"languages: [go]\n", b"- java\n"]) >= {".go", ".java"}
    assert ".ts" not in extensions_in([b"languages: [go]"])
    assert extensions_in([b"    languages: [go]\nregex: 'java'"]) == {".go"}
    assert extensions_in([b'languages: ["go"]\nlanguages:\n- java\n']) >= {".go", ".java"}


@pytest.mark.parametrize("file", sorted(PACK_FOLDER.glob("*/*.yaml")), ids=lambda file: file.stem)
def test_our_rules_say_their_languages_on_one_line(file: Path) -> None:
    (rule,) = parse_rules([RuleText(file.name, file.read_bytes())]).rules.values()
    assert extensions_in([file.read_bytes()]) == extensions_of(rule.languages)


def test_only_rules_for_languages_that_are_there_are_loaded(cli: Cli, project: Path, fake: Fake) -> None:
    pack = Path(rule_files.builtin_rules())
    go, js = PACK.partition("  - id: js.eval")[::2]
    (pack / "rules.yaml").write_text(go)
    # Parsing this would end the run.
    (pack / "js.yaml").write_text(f"rules:\n  - id: js.eval{js}    bad: [\n")
    write(project / "app.py", "x = 1\n")
    assert cli() == Answer(0, "No problems found in 1 file.\n", "")
    write(project / "main.go", GO)
    assert cli().out.splitlines()[0] == WEAK
    write(project / "a.js", "require('pg')\n")
    assert "js.yaml is no YAML" in cli().err


@pytest.mark.parametrize(
    ("release", "old"), [("1.109.9", True), ("1.110.0", False), ("2.0", False), ("", False), ("dev", False)]
)
def test_versions(release: str, old: bool) -> None:
    assert is_too_old(release) is old


def test_our_own_rules_end_with_what_to_do(cli: Cli, project: Path, fake: Fake) -> None:
    write(project / "main.go", GO)
    fake.install("report['results'][0]['extra']['message'] = 'This. That. Mend it.'")
    cli("--output", "json=out.json")
    (finding,) = json.loads((project / "out.json").read_text())["findings"]
    assert (finding["message"], finding["help"]) == ("This. That", "Mend it")


@needs_semgrep
def test_the_real_one(cli: Cli, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "own"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    write(project / "main.go", GO)
    write(project / "api" / "quiet.go", GO.replace("}", "} // nosemgrep"))
    write(project / "api" / 'new\nline "q".go', GO)
    write(project / "é.ts", "eval(x, require('pg'))\neval(x)\n// nosemgrep: js.eval\neval(x)\n")
    write(project / "broken.go", "package main\nfunc { md5.Sum(x) }}}\n")
    arguments = ("--no-cache", "--output", "json=../out.json")
    first = cli(*arguments)
    document = (tmp_path / "out.json").read_bytes()
    assert first.err == "" and first.code == 1
    assert [line.partition(" ")[0] for line in first.out.splitlines() if "semgrep-" in line] == [
        "api/new\\nline",
        "broken.go:2:8:",
        "main.go:3:27:",
        "é.ts:2:1:",
    ]
    assert cli(*arguments) == first
    assert (tmp_path / "out.json").read_bytes() == document
    assert not list(home.iterdir())


@needs_semgrep
def test_what_both_found_is_one_finding(cli: Cli, project: Path) -> None:
    write(project / "app.py", "import os\nos.system(\n    input()\n)\n")
    write(project / "backlint.toml", "semgrep-rules = ['own.yaml']\n")
    own = "{id: own, languages: [python], severity: INFO, message: m, pattern: input()"
    write(project / "own.yaml", f"rules: [{own}}}]\n")
    assert "app.py:3:5: note maintainability/semgrep-own m" in cli().out
    write(project / "own.yaml", f"rules: [{own}, metadata: {{cwe: CWE-77}}}}]\n")
    cli("--output", "json=out.json")
    (finding,) = json.loads((project / "out.json").read_text())["findings"]
    assert finding["rule"] == "input-validation/bandit-b605"
    assert "semgrep own" in json.dumps(finding)


@needs_semgrep
def test_a_rule_that_the_real_one_refuses(cli: Cli, project: Path) -> None:
    bad = dedent("""
        rules:
          - {id: bad, languages: [go], severity: ERROR, message: m, pattern: "f(("}
    """)
    write(project / "bad.yaml", bad)
    write(project / "backlint.toml", "semgrep-rules = ['bad.yaml']\n")
    write(project / "main.go", GO)
    answer = cli()
    assert answer.code == 2
    (line,) = answer.err.splitlines()
    assert line.startswith("error: engine semgrep: Rule parse error in rule bad: Invalid pattern")
