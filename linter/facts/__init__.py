"""The vocabulary of facts: what one file says, without a syntax tree.

Facts are msgspec structs. They hold names and shapes only, never live objects, so they can be
cached as bytes, sent between processes and read again by any later run.
"""
