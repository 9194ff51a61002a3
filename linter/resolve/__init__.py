"""Names across files: modules, imports, classes, types and call targets."""
