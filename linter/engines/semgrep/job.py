"""One run of semgrep over copies of files, in a process of its own that is waited for later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from linter.engines.semgrep.output import Ended, Report, SemgrepFailure, read_output
from linter.engines.semgrep.program import Program, environment
from linter.engines.semgrep.rules import RuleBook

if TYPE_CHECKING:
    from subprocess import Popen

LIMIT = 900.0
"""Seconds after which a run is given up."""
_RULE_LIMIT = 15
"""Seconds for one rule on one file: a hundred times what a slow one takes."""
_GIVEN_UP_AFTER = 3
"""How many rules may meet that limit before semgrep leaves the file."""
_LONGEST_REPORT = 500_000_000
_LONGEST_COMPLAINT = 10_000


class Job:
    """A run over `texts`, the content of files by path, with the rules in `book`.

    semgrep sees copies of exactly these files: so its own choice of files does not matter, what it reads is
    what was hashed, and nothing of the project lies where a program would look for modules or settings.
    `ignore` is a `.semgrepignore` of the project. Raises `SemgrepFailure`; use it as a context.
    """

    def __init__(self, program: Program, texts: Mapping[str, bytes], book: RuleBook, ignore: bytes) -> None:
        from tempfile import mkdtemp
        from time import monotonic

        self._texts = texts
        self._book = book
        self._process: Popen[bytes] | None = None
        self._deadline = monotonic() + LIMIT
        self._folder = os.path.realpath(mkdtemp(prefix="backlint-"))
        self._tree = os.path.join(self._folder, "project")
        self._ends_on_termination = _ending_on_termination()
        try:
            self._write(ignore)
            self._process = self._started(program)
        except OSError as error:
            self.close()
            raise SemgrepFailure(f"it cannot be started: {error.strerror or error}") from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Job:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def report(self) -> Report:
        """Wait for the end and read what was printed. Raises `SemgrepFailure`."""
        from subprocess import TimeoutExpired
        from time import monotonic

        assert self._process is not None
        try:
            code = self._process.wait(max(self._deadline - monotonic(), 0.01))
        except TimeoutExpired as error:
            raise SemgrepFailure(f"it did not end within {LIMIT:,.0f} seconds") from error
        try:
            printed = self._content("report.json", _LONGEST_REPORT)
            complaint = self._content("complaint", _LONGEST_COMPLAINT)
        except OSError as error:
            raise SemgrepFailure(f"its report cannot be read: {error.strerror or error}") from error
        return read_output(Ended(code, printed, complaint), self._tree, self._texts, self._book)

    def close(self) -> None:
        """Stop the process if it still runs, and remove everything that it could write."""
        from shutil import rmtree

        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            _kill(process)
        rmtree(self._folder, ignore_errors=True)
        if self._ends_on_termination:
            import signal

            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _write(self, ignore: bytes) -> None:
        os.mkdir(self._tree)
        # Without a file of this name semgrep leaves out tests and more by itself.
        self._put(os.path.join(self._tree, ".semgrepignore"), ignore)
        self._put(os.path.join(self._folder, "rules.json"), self._book.document)
        made = {self._tree}
        for path, data in self._texts.items():
            full = os.path.join(self._tree, path)
            parent = os.path.dirname(full)
            if parent not in made:
                os.makedirs(parent, exist_ok=True)
                made.add(parent)
            self._put(full, data)

    @staticmethod
    def _put(path: str, data: bytes) -> None:
        with open(path, "xb") as file:
            file.write(data)

    def _started(self, program: Program) -> Popen[bytes]:
        from subprocess import DEVNULL, Popen

        private = os.path.join(self._folder, "private")
        os.mkdir(private)
        with (
            open(os.path.join(self._folder, "report.json"), "wb") as report,
            open(os.path.join(self._folder, "complaint"), "wb") as complaint,
        ):
            return Popen(
                [program.path, *self._arguments()],
                cwd=private,
                env=environment(private),
                stdin=DEVNULL,
                stdout=report,
                stderr=complaint,
                # A group of its own can be stopped with all that it started.
                start_new_session=True,
            )

    def _arguments(self) -> list[str]:
        return [
            "scan",
            # The command line that does not start with an import of three seconds.
            "--experimental",
            *("--metrics", "off"),
            "--disable-version-check",
            "--oss-only",
            "--quiet",
            "--json",
            "--no-rewrite-rule-ids",
            "--no-git-ignore",
            *("--timeout", str(_RULE_LIMIT)),
            *("--timeout-threshold", str(_GIVEN_UP_AFTER)),
            *("--max-target-bytes", "0"),
            # Its threads wait for each other's garbage collection: two take three times as long as one.
            *("--jobs", "1"),
            *("--project-root", self._tree),
            *("--config", os.path.join(self._folder, "rules.json")),
            "--",
            self._tree,
        ]

    def _content(self, name: str, limit: int) -> bytes:
        with open(os.path.join(self._folder, name), "rb") as file:
            return file.read(limit)


def _ending_on_termination() -> bool:
    """Let SIGTERM end this process by an exception, so that semgrep ends with it. Whether that is new."""
    import signal
    import threading

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return False
    signal.signal(signal.SIGTERM, _end)
    return True


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _kill(process: Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        import signal

        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            process.kill()
    else:
        process.kill()
    process.wait()
