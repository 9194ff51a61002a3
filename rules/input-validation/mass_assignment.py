from collections.abc import Iterable, Iterator

from linter.analyses.provenance import KEYS, Leaf, provenance_of
from linter.backend import Backend, Class, Site
from linter.facts.expressions import Expr
from linter.finding import Note
from linter.rule import Confidence, CstRule, Outcome, Severity

_MODELS = (
    "django.db.models.Model",
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.declarative_base()",
    "flask_sqlalchemy.SQLAlchemy.Model",
    "sqlmodel.SQLModel",
    "mongoengine.Document",
    "peewee.Model",
    "tortoise.models.Model",
)
_METHODS = ("create", "update", "get_or_create", "update_or_create", "values")
_RAW_TYPES = ("dict", "typing.Dict", "typing.Any", "typing.Mapping", "collections.abc.Mapping")


class MassAssignment(CstRule):
    """A model takes whatever fields the caller sends.

    ## Why
    The caller names the columns: `is_admin`, `owner_id`, `balance`, `verified`. A column that is added later
    is open from its first day.

    ## Bad
        user = User(**request.get_json())
        for name, value in body.items():
            setattr(user, name, value)

    ## Good
        user = User(**UserIn.model_validate(request.get_json()).model_dump())

    ## Limits
    Raw request data and bodies typed as a plain dictionary. What a schema has validated, what is picked key
    by key, and keys that are held against an allow list are safe.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "models filled from a mapping"
    cwe = 915
    owasp = "API3:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Models made or updated with `**mapping`, and `setattr` with a name that is not written in place."""
        names = {cls.scope.name for cls in backend.classes if backend.project.derives(cls, *_MODELS)}
        for name in sorted(names | {*_METHODS, "setattr"}):
            for site in backend.methods_called(name):
                if self._keys(site) is not None:
                    yield site

    def _keys(self, site: Site) -> Expr | None:
        """The mapping, or the attribute's name, that decides which fields are set."""
        assert site.call is not None
        found = site.callee
        if found.name == "setattr":
            return site.argument(1, "name") if len(site.call.args) == 3 else None
        target = found.target
        is_model = isinstance(target, Class) and site.backend.project.derives(target, *_MODELS)
        last = found.name.rpartition(".")[2]
        if not is_model and (last not in _METHODS or target is not None or "." not in found.name):
            return None
        if last == "update" and not is_model and found.name.startswith(("dict.", "set.")):
            return None
        return site.call.keyword("**")

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """Keys that come straight from the caller."""
        for leaf in provenance_of(backend).followed(subject.function, self._keys(subject), KEYS):
            if leaf.kind == "outside" and not leaf.part and self._is_raw(leaf, backend):
                entry = leaf.holder.scope.name or "the module"
                yield self.finding(
                    subject,
                    f"`{leaf.what}` is used key for key, so the caller picks the fields that are set",
                    help="validate the data with a schema that names the fields, or pick them one by one",
                    related=[Note(leaf.holder.location, f"`{leaf.what}` enters in `{entry}`")],
                    path=[Note(step, "handed on here") for step in reversed(leaf.steps)],
                )
                return

    def _is_raw(self, leaf: Leaf, backend: Backend) -> bool:
        if leaf.what.startswith("request."):
            return True
        parameter = next((each for each in leaf.holder.scope.parameters if each.name == leaf.what), None)
        if parameter is None:
            return False
        declared = provenance_of(backend).inputs.declared(leaf.holder, parameter)
        if declared.type is None:
            return False
        return backend.project.annotated_type(declared.holder, declared.type) in _RAW_TYPES
