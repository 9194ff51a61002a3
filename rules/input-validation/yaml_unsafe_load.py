from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.provenance import RAW, provenance_of
from linter.backend import Backend, Site
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst

_LOADS = ("yaml.load", "yaml.load_all")
_UNSAFE = ("yaml.unsafe_load", "yaml.unsafe_load_all")
_UNSAFE_LOADERS = (
    "yaml.Loader",
    "yaml.UnsafeLoader",
    "yaml.CLoader",
    "yaml.loader.Loader",
    "yaml.loader.UnsafeLoader",
)


class YamlUnsafeLoad(CstRule):
    """YAML is read by a loader that builds any Python object.

    ## Why
    A document with a `!!python/object` tag runs code of its author's choice while it is being read.

    ## Bad
        yaml.load(text, Loader=yaml.Loader)

    ## Good
        yaml.safe_load(text)

    ## Limits
    `FullLoader`, `SafeLoader` and a project's own loaders are left alone. The fix is unsafe because documents
    that use Python's tags on purpose are refused from then on.

    ## References
    - https://pyyaml.org/wiki/PyYAMLDocumentation
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "YAML documents read"
    cwe = 502
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every call that reads YAML with PyYAML."""
        return backend.calls(*_LOADS, *_UNSAFE, "yaml.safe_load", "yaml.safe_load_all")

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A loader that builds any object; less certain when nobody outside is seen to write the text."""
        assert subject.call is not None
        name = subject.callee.name
        if name in _LOADS:
            if subject.call.is_open:
                return
            loader = subject.resolve(subject.argument(1, "Loader"))
            if subject.argument(1, "Loader") is not None and (
                loader is None or loader.name not in _UNSAFE_LOADERS
            ):
                return
        elif name not in _UNSAFE:
            return
        leaves = provenance_of(backend).followed(subject.function, subject.argument(0, "stream"), RAW)
        outside = any(leaf.kind == "outside" for leaf in leaves)
        yield self.finding(
            subject,
            f"`{name}` builds any Python object that the document names, so reading it can run code",
            help="use `yaml.safe_load`",
            confidence=Confidence.HIGH if outside or name in _UNSAFE else Confidence.MEDIUM,
        )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """`yaml.load(…, Loader=…)` becomes `yaml.safe_load(…)`."""
        import libcst as cst

        from linter.concrete import sole_call, without_keyword

        last = site.callee.name.rpartition(".")[2]
        call = sole_call(node, last)
        if call is None or not isinstance(call.func, cst.Attribute) or len(call.args) > 2:
            return None
        safe = "safe_load_all" if last.endswith("all") else "safe_load"
        changed = without_keyword(call, "Loader")
        first = changed.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        func = call.func.with_changes(attr=cst.Name(safe))
        return node.deep_replace(call, changed.with_changes(func=func, args=[first]))
