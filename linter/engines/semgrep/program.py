"""The semgrep that is installed: where it lies and which version it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

import msgspec

from linter.engines.roster import release_in

OLDEST = (1, 110)
"""The first version whose fast command line can be told which files to look at."""

_ANSWER_WITHIN = 20
_OWN = ("GIT_", "SEMGREP_")


class Program(msgspec.Struct, frozen=True):
    """An executable called semgrep. `release` is its version, empty when it does not tell."""

    path: str
    release: str

    @property
    def too_old(self) -> bool:
        """Whether its version is known, and below what is needed."""
        return is_too_old(self.release)

    @property
    def signature(self) -> bytes:
        """Changes when another version is installed in its place."""
        if self.release:
            return self.release.encode()
        status = os.stat(self.path)
        return f"{self.path}\0{status.st_size}\0{status.st_mtime_ns}".encode("utf-8", "surrogateescape")


def find_program() -> Program | None:
    """The semgrep beside the running Python, else the first on `PATH`; None when there is none.

    Relative entries of `PATH` are passed over: they would run a program of the checked project.
    """
    folders = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]
    name = "semgrep.exe" if os.name == "nt" else "semgrep"
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
            return Program(path, _release(path))
    return None


def is_too_old(release: str) -> bool:
    """Whether a version is below what is needed; one that cannot be read is not."""
    parts = release.split(".")[:2]
    return all(part.isdigit() for part in parts) and release != "" and tuple(map(int, parts)) < OLDEST


def environment(private: str) -> dict[str, str]:
    """The variables for semgrep: nothing is sent or fetched, and what it writes goes into `private`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    # A relative entry would let it import modules of the project.
    kept["PYTHONPATH"] = os.pathsep.join(filter(os.path.isabs, kept.get("PYTHONPATH", "").split(os.pathsep)))
    return {**kept, **_quiet(private), **dict(_offline())}


def _quiet(private: str) -> Mapping[str, str]:
    return {
        "NO_COLOR": "1",
        "GIT_CEILING_DIRECTORIES": private,
        "PYTHONSAFEPATH": "1",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_LOG_FILE": os.path.join(private, "semgrep.log"),
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_SETTINGS_FILE": os.path.join(private, "settings.yml"),
        "SEMGREP_VERSION_CACHE_PATH": os.path.join(private, "version"),
        "XDG_CACHE_HOME": private,
        "XDG_CONFIG_HOME": private,
    }


def _offline() -> Iterator[tuple[str, str]]:
    """A proxy where nothing listens, should some version of it want to talk after all."""
    for name in ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"):
        yield name, "http://127.0.0.1:9"
        yield name.lower(), "http://127.0.0.1:9"


def _release(path: str) -> str:
    """The version of a program: from the packages of its own installation, else from its own word."""
    above = os.path.dirname(os.path.dirname(os.path.realpath(path)))
    for library in ("lib", os.path.join("libexec", "lib"), "Lib"):
        for packages in _package_folders(os.path.join(above, library)):
            release = release_in([packages], "semgrep")
            if release:
                return release
    return _stated_release(path)


def _package_folders(library: str) -> Iterator[str]:
    yield os.path.join(library, "site-packages")
    try:
        names = sorted(os.listdir(library))
    except OSError:
        return
    for name in names:
        if name.startswith("python"):
            yield os.path.join(library, name, "site-packages")
            yield os.path.join(library, name, "dist-packages")


def _stated_release(path: str) -> str:
    import subprocess
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="backlint-") as private:
        try:
            said = subprocess.run(
                [path, "--experimental", "--version"],
                cwd=private,
                env=environment(private),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ANSWER_WITHIN,
                check=False,
            ).stdout
        except (OSError, subprocess.SubprocessError):
            return ""
    words = said.decode("utf-8", "replace").split()
    return words[-1] if words and words[-1][:1].isdigit() and len(words[-1]) < 32 else ""
