"""What is wrong with a configuration, in the shape of a finding."""

from __future__ import annotations

from collections.abc import Iterable


class ConfigError(Exception):
    """A configuration that cannot be used.

    `path` is the file as it is shown to the user, or a source such as `--select` or
    `BACKLINT_PROFILE`. `line` is 1-based, or None when the source has no lines. `help` says what to
    do, or is empty.
    """

    def __init__(self, message: str, path: str = "", line: int | None = None, help: str = "") -> None:
        place = f"{path}:{line}" if line is not None else path
        super().__init__(
            ": ".join(part for part in (place, message) if part) + (f" ({help})" if help else "")
        )
        self.message = message
        self.path = path
        self.line = line
        self.help = help


def nearest(name: str, known: Iterable[str]) -> str:
    """A "did you mean" for a misspelled name, or an empty string when nothing is near."""
    from difflib import get_close_matches

    # Only so much of a name is compared, because a stranger may have written a very long one.
    close = get_close_matches(name[:80], sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def shown(value: object) -> str:
    """A value for use in a message: short, and without control characters or lone surrogates."""
    text = repr(value).encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= 60 else f"{text[:57]}..."
