"""Frameworks whose applications are followed: set-up code is evaluated, guards are walked as a visitor.

An adapter says which objects of its framework matter. What the project's code calls on them is written
down, in order, while the code is evaluated; the adapter then reads those notes as routes.
"""
