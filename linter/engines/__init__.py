"""Partner engines: other tools' findings beside backlint's own, in one report."""
