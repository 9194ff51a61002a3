"""Partial evaluation: what code that builds lists, registries and classes leaves behind.

Frameworks are set up by running Python: URL lists are concatenated, filtered and returned by
helpers, decorators fill registries. This package follows such code over facts, without running
it, and answers `UNKNOWN` wherever the code depends on something outside.
"""
