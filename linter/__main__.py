"""`python -m linter` and the `backlint` command."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from linter.cli import main


def run() -> None:
    """Run the command line and leave at once.

    Taking all facts of a large project apart at exit takes as long as linking them; the system does it for
    nothing.
    """
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        if isinstance(stop.code, str):
            sys.stderr.write(f"{stop.code}\n")
    # `backlint | head`: the reader may have gone, and there is nobody left to tell.
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
