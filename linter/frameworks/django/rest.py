"""Who may call a view of Django REST framework: permission classes of the view, action and settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from linter.backend import Guard, GuardKind, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.natives import truth
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    Combined,
    Either,
    External,
    Instance,
    Made,
    Raised,
    Value,
    options,
)
from linter.facts.expressions import Attr, Constant
from linter.facts.scopes import Raise, Return
from linter.finding import Location
from linter.frameworks.django.anonymous import Caller
from linter.frameworks.django.classes import API_VIEW, is_harmless
from linter.frameworks.django.known import OWN_PERMISSIONS, permission_verdict
from linter.frameworks.django.rest_challenges import Challenges
from linter.frameworks.django.rest_objects import ObjectChecks, loaded_object
from linter.frameworks.django.rest_verdicts import any_of, combined
from linter.frameworks.django.settings import DjangoSettings
from linter.frameworks.django.urls import ClassView
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Resolved
from linter.responses import Responses

_SESSION = "authentication.SessionAuthentication"
_API_VIEW_DECORATOR = "rest_framework.decorators.api_view"


class Source(NamedTuple):
    """A list of classes that a view uses, with where it was found."""

    value: Value
    level: GuardLevel
    location: Location


class RestGuards:
    """Judges permission, authentication and throttle classes."""

    def __init__(
        self,
        settings: DjangoSettings,
        evaluator: Evaluator,
        caller: Caller,
        imported: Callable[[Value], Value],
        responses: Responses,
    ) -> None:
        self._settings = settings
        self._evaluator = evaluator
        self._caller = caller
        self._imported = imported
        self._responses = responses
        self._challenges = Challenges(evaluator, imported)
        self._objects = ObjectChecks(evaluator)
        self._judged: dict[tuple[str, str], Verdict] = {}
        self._sources: dict[tuple[Class, str], Source] = {}

    def is_api(self, cls: Class | External) -> bool:
        """Whether a class view is one of the framework's."""
        return any(ancestor.name == API_VIEW for ancestor in self._ancestors(cls))

    # Class views

    def of_view(self, view: ClassView, action: str, verb: str) -> list[Guard]:
        """The guards of a class view or view set for one verb. `verb` is upper case."""
        place = view.module.locate(view.span)
        permissions = self._permissions(view, action, verb, place)
        authenticators = self._source(view, "authentication_classes", "DEFAULT_AUTHENTICATION_CLASSES", place)
        instance = self._instance(view, action, verb)
        found = self.of_permissions(permissions, verb, instance)
        if instance is not None and not any(each.verdict is Verdict.YES for each in found):
            found += self._on_objects(permissions, action, verb, instance)
        return [
            *self._challenges.refusing(found, authenticators.value),
            *self._of_throttles(self._source(view, "throttle_classes", "DEFAULT_THROTTLE_CLASSES", place)),
            *self._of_authenticators(authenticators),
        ]

    def _permissions(self, view: ClassView, action: str, verb: str, place: Location) -> Source:
        source = self._source(view, "permission_classes", "DEFAULT_PERMISSION_CLASSES", place)
        if not isinstance(view.cls, Class):
            return source
        override = self._evaluator.class_value(view.cls, "get_permissions")
        if not isinstance(override, Closure):
            return source
        instance = self._instance(view, action, verb)
        assert instance is not None
        instance.fields["permission_classes"] = self._classes(source.value)
        bound = Closure(override.function, override.frame, instance)
        answer = self._evaluator.trial(bound, [])
        return Source(answer, "class", override.function.location)

    def _instance(self, view: ClassView, action: str, verb: str) -> Instance | None:
        """The view as it is when it answers an anonymous caller; None for a library's own."""
        if not isinstance(view.cls, Class):
            return None
        fields: dict[str, Value] = {
            **view.keywords,
            "action": action if view.actions is not None else UNKNOWN,
            "request": self._caller.request(verb),
            "kwargs": UNKNOWN,
        }
        return Instance(view.cls, fields)

    def _classes(self, value: Value) -> Value:
        """A list of classes of which some may be given by their dotted paths; no list is an empty one."""
        if value is NotImplemented:
            return []
        if not isinstance(value, (list, tuple)):
            return value
        return [self._imported(each) if isinstance(each, str) else each for each in value]

    def _source(self, view: ClassView, name: str, setting: str, place: Location) -> Source:
        """Where the list of classes comes from: the action, the URL file, the class or the settings."""
        if name in view.keywords:
            return Source(view.keywords[name], "function", place)
        if not isinstance(view.cls, Class):
            return self._inherited(view.cls, name, setting, place)
        key = (view.cls, name)
        if key not in self._sources:
            self._sources[key] = self._inherited(view.cls, name, setting, view.cls.location)
        return self._sources[key]

    def _inherited(self, cls: Class | External, name: str, setting: str, place: Location) -> Source:
        """Where a class without arguments of its own takes the list from."""
        for ancestor in self._ancestors(cls):
            if isinstance(ancestor.target, Class):
                value = self._evaluator.own_attribute(ancestor.target, name)
                if value is not NotImplemented:
                    return Source(value, "class", _attribute_place(ancestor.target, name))
            elif ancestor.name in OWN_PERMISSIONS:
                return Source(self._own_classes(ancestor.name, name), "class", place)
            elif not is_harmless(ancestor.name):
                # A library's view may bring its own classes.
                return Source(UNKNOWN, "class", place)
        return self._default(setting, place)

    def _own_classes(self, view: str, name: str) -> Value:
        """What a library's view sets for itself."""
        setting, key = OWN_PERMISSIONS[view]
        if name != "permission_classes" or not setting:
            return []
        value = self._settings.value(self._evaluator, setting)
        return value.get(key, []) if isinstance(value, dict) else []

    def _ancestors(self, cls: Class | External) -> tuple[Resolved, ...]:
        order = self._evaluator.order
        return order.of(cls) if isinstance(cls, Class) else order.of_name(cls.name)

    def _default(self, setting: str, place: Location) -> Source:
        found = self._settings.rest_framework(self._evaluator, setting)
        if all(value is NotImplemented for value in found):
            return Source(NotImplemented, "settings", place)
        values = [[] if value is NotImplemented else value for value in found]
        where = self._settings.place("REST_FRAMEWORK")
        location = place if where is None else where[0].locate(where[1].span)
        return Source(values[0] if len(values) == 1 else Either(values), "settings", location)

    # Function views

    def api_view_methods(self, decorators: tuple[Value, ...]) -> tuple[str, ...] | None:
        """The verbs of an `@api_view` function; None when it is none."""
        for value in decorators:
            if isinstance(value, Made) and value.name == _API_VIEW_DECORATOR:
                given = value.argument(0, "http_method_names")
                if given is None:
                    return ("GET",)
                if isinstance(given, (list, tuple)):
                    return tuple(sorted({str(each).upper() for each in given}))
                return ()
            if isinstance(value, External) and value.name == _API_VIEW_DECORATOR:
                return ("GET",)
        return None

    def of_function(self, function: Function, decorators: tuple[Value, ...], verb: str) -> list[Guard]:
        """The guards of an `@api_view` function for one verb."""
        guards: list[Guard] = []
        sources: dict[str, Source] = {}
        found = {"permission_classes", "throttle_classes", "authentication_classes"}
        for decorator, value in zip(function.head.decorators, decorators, strict=True):
            name = value.name.rpartition(".")[2] if isinstance(value, Made) else ""
            if name not in found or not isinstance(value, Made):
                continue
            found.discard(name)
            source = Source(value.argument(0, name), "function", function.module.locate(decorator.span))
            sources[name] = source
        for name in sorted(found):
            sources[name] = self._default(f"DEFAULT_{name.upper()}", function.location)
        authenticators = sources["authentication_classes"]
        for name, source in sources.items():
            if name == "permission_classes":
                found_here = self.of_permissions(source, verb)
                guards += self._challenges.refusing(found_here, authenticators.value)
            else:
                limits = name == "throttle_classes"
                guards += self._of_throttles(source) if limits else self._of_authenticators(source)
        return guards

    # Permissions

    def of_permissions(self, source: Source, verb: str, view: Instance | None = None) -> list[Guard]:
        """Guards of a list of permissions: of several possible lists, all must refuse.

        `view` is what the permissions are asked about, for those whose answer depends on it.
        """
        if source.value is NotImplemented:
            return []
        answers = [self._listed(each, verb, view) for each in options(source.value)]
        if len(answers) == 1:
            return [
                Guard(name, kind, source.level, source.location, verdict)
                for name, kind, verdict in answers[0]
                if verdict is not Verdict.NO
            ]
        verdicts = {any_of([verdict for _, _, verdict in answer]) for answer in answers}
        if verdicts == {Verdict.NO}:
            return []
        verdict = Verdict.YES if verdicts == {Verdict.YES} else Verdict.UNKNOWN
        names = sorted({name for answer in answers for name, _, _ in answer})
        return [Guard(" | ".join(names) or "?", "authorization", source.level, source.location, verdict)]

    def _on_objects(self, source: Source, action: str, verb: str, view: Instance) -> list[Guard]:
        """The guard that the permissions are once the object is loaded; none where that asks for none."""
        asked = self._objects.asked(view.cls, action)
        if asked is Verdict.NO or not isinstance(source.value, (list, tuple)):
            return []
        permissions = self._classes(source.value)
        for permission in permissions:
            verdict = self._verdict_on_object(permission, verb, view)
            if verdict is Verdict.YES and asked is Verdict.UNKNOWN:
                verdict = Verdict.UNKNOWN
            if verdict is not Verdict.NO:
                name = self._label(permission)
                return [Guard(name, "authorization", source.level, source.location, verdict)]
        return []

    def _verdict_on_object(self, permission: Value, verb: str, view: Instance) -> Verdict:
        """What a permission does to an anonymous caller who named an object."""
        if isinstance(permission, Combined):
            verdicts = [
                any_of([self._verdict(each, verb, view), self._verdict_on_object(each, verb, view)])
                for each in permission.operands
            ]
            return combined(permission.operator, verdicts)
        cls = permission.cls if isinstance(permission, Instance) else permission
        if not isinstance(cls, Class):
            return Verdict.NO
        method = self._evaluator.class_value(cls, "has_object_permission")
        if not isinstance(method, Closure):
            return Verdict.NO
        loaded = loaded_object(self._evaluator, view.cls)
        return self._asked(Instance(cls), method.function, verb, view, loaded)

    def _listed(self, value: Value, verb: str, view: Instance | None) -> list[tuple[str, GuardKind, Verdict]]:
        """(name, kind, verdict) of each permission of one list."""
        if not isinstance(value, (list, tuple)):
            return [("?", "authorization", Verdict.UNKNOWN)]
        return [
            (self._label(each), self._kind(each), self._verdict(each, verb, view))
            for item in value
            for each in [self._imported(item) if isinstance(item, str) else item]
        ]

    def _verdict(self, permission: Value, verb: str, view: Instance | None) -> Verdict:
        """What one permission does to an anonymous caller."""
        if isinstance(permission, Either):
            found = {self._verdict(each, verb, view) for each in permission.options}
            return found.pop() if len(found) == 1 else Verdict.UNKNOWN
        if isinstance(permission, (External, Made)):
            return permission_verdict(permission.name.removesuffix("()"), verb)
        if isinstance(permission, Combined):
            verdicts = [self._verdict(each, verb, view) for each in permission.operands]
            return combined(permission.operator, verdicts)
        cls = permission.cls if isinstance(permission, Instance) else permission
        if not isinstance(cls, Class):
            return Verdict.UNKNOWN
        key = (cls.id, verb)
        if key not in self._judged:
            self._judged[key] = Verdict.UNKNOWN
            self._judged[key] = self._of_project_class(cls, verb, None)
        if self._judged[key] is Verdict.UNKNOWN and view is not None:
            return self._of_project_class(cls, verb, view)
        return self._judged[key]

    def _of_project_class(self, cls: Class, verb: str, view: Instance | None) -> Verdict:
        """Ask the class's own `has_permission` as an anonymous caller."""
        for ancestor in self._evaluator.order.of(cls):
            if not isinstance(ancestor.target, Class):
                return permission_verdict(ancestor.name, verb)
            method = ancestor.target.methods.get("has_permission")
            if method is not None:
                return self._asked(Instance(cls), method, verb, view)
        return Verdict.NO

    def _asked(
        self, permission: Instance, method: Function, verb: str, view: Instance | None, *objects: Value
    ) -> Verdict:
        closure = Closure(method, None, permission)
        given = [self._caller.request(verb), UNKNOWN if view is None else view, *objects]
        answer = self._evaluator.trial(closure, given)
        found = {self._refuses(option) for option in options(answer)}
        return found.pop() if len(found) == 1 else Verdict.UNKNOWN

    def _refuses(self, answer: Value) -> Verdict:
        if isinstance(answer, Raised):
            judged = self._caller.judge(answer)
            return Verdict.YES if judged.verdict is Verdict.YES else Verdict.UNKNOWN
        known = truth(answer)
        if known is None:
            return Verdict.UNKNOWN
        return Verdict.NO if known else Verdict.YES

    def _label(self, permission: Value) -> str:
        if isinstance(permission, Combined):
            names = [self._label(each) for each in permission.operands]
            return f"~{names[0]}" if permission.operator == "~" else f" {permission.operator} ".join(names)
        if isinstance(permission, Instance):
            return permission.cls.name
        return permission.name if isinstance(permission, (Class, External, Made)) else "?"

    def _kind(self, permission: Value) -> GuardKind:
        last = self._label(permission).rpartition(".")[2]
        return (
            "authentication" if last in ("IsAuthenticated", "IsAuthenticatedOrReadOnly") else "authorization"
        )

    # Throttles and authenticators

    def _of_throttles(self, source: Source) -> list[Guard]:
        if source.value is NotImplemented:
            return []
        return [
            Guard(self._label(each), "rate-limit", source.level, source.location, Verdict.YES)
            for option in options(source.value)
            if isinstance(option, (list, tuple))
            for item in option
            for each in [self._imported(item) if isinstance(item, str) else item]
        ]

    def _of_authenticators(self, source: Source) -> list[Guard]:
        """An authenticator of the project that refuses requests without credentials is a guard too."""
        guards: list[Guard] = []
        for option in options(source.value):
            for item in option if isinstance(option, (list, tuple)) else ():
                cls = self._imported(item) if isinstance(item, str) else item
                guards += self._against_forgery(cls, source)
                if isinstance(cls, Class) and self._may_refuse(cls):
                    guards.append(
                        Guard(cls.name, "authentication", source.level, source.location, Verdict.UNKNOWN)
                    )
        return guards

    def _against_forgery(self, cls: Value, source: Source) -> list[Guard]:
        """Sessions are read with a check of the CSRF token, unless a class of the project does without."""
        names = self._ancestors(cls) if isinstance(cls, (Class, External)) else ()
        if not any(each.name.endswith(_SESSION) for each in names):
            return []
        override = self._evaluator.class_value(cls, "enforce_csrf") if isinstance(cls, Class) else None
        exempt = isinstance(override, Closure) and not any(
            isinstance(each.callee, Attr) and each.callee.name == "enforce_csrf"
            for each in override.function.scope.calls
        )
        verdict = Verdict.NO if exempt else Verdict.YES
        return [Guard(cls.name, "csrf", source.level, source.location, verdict)]

    def _may_refuse(self, cls: Class) -> bool:
        method = next(
            (
                ancestor.target.methods["authenticate"]
                for ancestor in self._evaluator.order.of(cls)
                if isinstance(ancestor.target, Class) and "authenticate" in ancestor.target.methods
            ),
            None,
        )
        if method is None:
            return False
        raises = False
        for statement in method.scope.statements:
            if isinstance(statement, Return) and statement.value in (None, Constant(None)):
                return False
            raises = raises or isinstance(statement, Raise)
        return raises


def _attribute_place(cls: Class, name: str) -> Location:
    assign = cls.attributes.get(name)
    return cls.location if assign is None else cls.module.locate(assign.span)


__all__ = ["RestGuards"]
