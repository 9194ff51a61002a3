"""What an answer was found by: so that after a change only what has looked at it is worked out again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from linter.resolve.definitions import Definition, Module

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Trace:
    """What the work at hand looks at, as sets of bits in the order in which that happens.

    Whoever looks at a thing appends its bit to `log`. Each key is a text that starts with the kind of thing,
    and has the same bit as long as the trace lives; `keys` are all of them in the order of their bits.

    The bit of a module says that its declarations were looked at: what its names are bound to, what stands
    in its classes, how its functions are called. `always` are things that were looked at for everybody.
    """

    __slots__ = ("_bits", "_bodies", "_shared", "always", "keys", "log")

    def __init__(self) -> None:
        self.always = 0
        self._bodies: dict[int, int] = {}
        self.log: list[int] = []
        self.keys: list[str] = []
        self._bits: dict[str, int] = {}
        self._shared: dict[int, int] = {}

    def bit(self, key: str) -> int:
        """The bit of a thing, as a number with this one bit set."""
        found = self._bits.get(key)
        if found is None:
            found = self._bits[key] = 1 << len(self.keys)
            self.keys.append(key)
        return found

    def body(self, definition: Definition) -> int:
        """The bit that says that what stands in a function, class or module was looked at."""
        found = self._bodies.get(id(definition))
        if found is None:
            found = self.bit(body_key(definition.module.path, definition.label))
            self._bodies[id(definition)] = found
        return found

    def missing(self, module: Module, name: str) -> int:
        """The bit that says that a name was looked up which a module does not define itself."""
        return self.bit(missing_key(module.path, name))

    def made_elsewhere(self, module: Module) -> int:
        """The bit that says that names were looked up which functions of a module make outside of them.

        Those are attributes of instances, and names under `global`.
        """
        return self.bit(made_key(module.path))

    def calls(self, name: str) -> int:
        """The bit that says that calls were looked up by the last name that is written."""
        return self.bit(calls_key(name))

    def imports(self, package: str) -> int:
        """The bit that says that imports of a top-level package were looked up; of none for relative ones."""
        return self.bit(imports_key(package))

    def fills(self, name: str) -> int:
        """The bit that says that assignments were looked up by the last name of what they fill."""
        return self.bit(fills_key(name))

    def begin(self) -> int:
        """Begin to note for somebody who asks; the length of the log, for `since`.

        Outside of that, what answers were found by is kept with them and forgotten otherwise.
        """
        self.log[:] = [0]
        return 1

    def since(self, start: int) -> int:
        """What was looked at since the log had a length; that part of the log becomes one entry."""
        log = self.log
        if len(log) == start:
            return 0
        if len(log) == start + 1:
            return log[start] if start else log.pop()
        seen = 0
        for each in set(log[start:]):
            seen |= each
        seen = self._shared.setdefault(seen, seen)
        log[start:] = [seen] if start else ()
        return seen

    def known(self, seen: int) -> Iterator[str]:
        """The keys of a set of bits, in their order."""
        while seen:
            low = seen & -seen
            yield self.keys[low.bit_length() - 1]
            seen ^= low


def module_key(path: str) -> str:
    """The key of a module as what it declares."""
    return f"module {path}"


def names_key(path: str) -> str:
    """The key of which names there are in a module, for who has run it."""
    return f"names {path}"


def missing_key(path: str, name: str) -> str:
    """The key of a name that a module does not define itself."""
    return f"missing {path}\0{name}"


def body_key(path: str, label: str) -> str:
    """The key of a function, class or module as what stands in it."""
    return f"body {path}\0{label}"


def calls_key(name: str) -> str:
    """The key of all calls that are written with one last name."""
    return f"calls {name}"


def fills_key(name: str) -> str:
    """The key of all assignments to attributes of one name, or items of what has it."""
    return f"fills {name}"


def imports_key(package: str) -> str:
    """The key of who imports a top-level package, and what of it; of none for relative imports."""
    return f"imports {package}"


def made_key(path: str) -> str:
    """The key of the names that the functions of a module make outside of them."""
    return f"made {path}"


SEARCHES = ("aliases", "calls ", "fills ", "functions", "imports ", "missing ")
"""How the keys begin of what is searched for in the whole project, or looked up in vain."""


class Memo(dict[K, V], Generic[K, V]):
    """Answers by key. To read one counts as looking at all that it was found by.

    A question is about something that was looked at before it was asked, whose bit is `own`: only what else
    is looked at is noted. Most answers are found there, or outside of the project.
    """

    __slots__ = ("_log", "_seen", "_trace")

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self._trace = trace
        self._log = trace.log
        self._seen: dict[K, int] = {}

    def read(self, key: K) -> V | None:
        """The answer to a question; None when it is not known."""
        if key in self._seen:
            self._log.append(self._seen[key])
        return self.get(key)

    def keep(self, key: K, answer: V, start: int, own: int = 0) -> V:
        """Keep an answer that was found since the log had a length."""
        self[key] = answer
        if len(self._log) > start:
            seen = self._trace.since(start) & ~own
            if seen:
                self._seen[key] = seen
        return answer
