"""`python -m linter` and the `backlint` command."""

from linter.cli import main

if __name__ == "__main__":
    main()
