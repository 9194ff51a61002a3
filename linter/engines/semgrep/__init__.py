"""semgrep as an engine: one subprocess for the whole run, over files that backlint does not read itself."""
