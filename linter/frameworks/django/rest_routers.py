"""The routers of Django REST framework: what they register and which URL patterns they make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, External, Instance, Made, Value
from linter.facts.expressions import Ref, Result
from linter.frameworks.django.classes import CLASSES, VERBS, canonical
from linter.frameworks.django.urls import PATTERN, ClassView
from linter.resolve.definitions import Class, Function, Module

PACKAGES = ("rest_framework.", "rest_framework_nested.", "rest_framework_extensions.", "drf_")
_ROUTE = "rest_framework.routers.Route"
_DYNAMIC = "rest_framework.routers.DynamicRoute"
_BASES = frozenset(
    {"BaseRouter", "SimpleRouter", "DefaultRouter", "NestedSimpleRouter", "NestedDefaultRouter"}
    | {"ExtendedSimpleRouter", "ExtendedDefaultRouter"}
)

_REGISTERED = "rest_framework.routers.registered"
_ROUTE_FIELDS = ("url", "mapping", "name", "detail", "initkwargs")

Router = Made | Instance


class Action(NamedTuple):
    """An extra action of a view set: `mapping` goes from verb to method name."""

    detail: bool
    url_path: str
    mapping: dict[str, str]
    keywords: dict[str, Value]


def is_router(evaluator: Evaluator, value: Value) -> bool:
    """Whether a value is a router of the library or of a class that extends one."""
    if isinstance(value, Made):
        return value.name.startswith(PACKAGES) and value.name.endswith("Router")
    if isinstance(value, Instance):
        return _kind(evaluator, value) != ""
    return False


def _kind(evaluator: Evaluator, router: Router) -> str:
    """The last name of the library's router class."""
    if isinstance(router, Made):
        return router.name.rpartition(".")[2]
    for ancestor in evaluator.order.of(router.cls):
        last = ancestor.name.rpartition(".")[2]
        if ancestor.target is None and last in _BASES and ancestor.name.startswith(PACKAGES):
            return last
    return ""


def new_router(made: Made) -> Made:
    """A router of the library, as its constructor leaves it."""
    _initialise(made, made)
    return made


def new_project_router(evaluator: Evaluator, cls: Class, made: Made) -> Instance:
    """A router of the project: its own constructor runs too."""
    router = Instance(cls)
    _initialise(router, made)
    constructor = evaluator.attribute(router, "__init__")
    if isinstance(constructor, Closure):
        evaluator.enter(constructor, made.args, made.keywords)
    return router


def _initialise(router: Router, made: Made) -> None:
    router.fields["registry"] = []
    router.fields["trailing_slash"] = "/" if made.keywords.get("trailing_slash", True) is not False else ""
    nested = "Nested" in made.name or (len(made.args) >= 2 and isinstance(made.args[1], str))
    if nested and made.args:
        above = made.args[0]
        router.fields["parent"] = (above, made.argument(1, "parent_prefix", ""))
        if "trailing_slash" not in made.keywords and isinstance(above, (Made, Instance)):
            router.fields["trailing_slash"] = above.fields.get("trailing_slash", "/")
        router.fields["lookup_name"] = made.argument(2, "lookup")


def attribute(evaluator: Evaluator, router: Router, name: str) -> Value:
    """`router.urls` and the other attributes that URL files read."""
    if name == "urls":
        return patterns(evaluator, router)
    if name == "routes":
        if "routes" not in router.fields:
            own = (
                evaluator.class_value(router.cls, "routes")
                if isinstance(router, Instance)
                else NotImplemented
            )
            router.fields["routes"] = own if isinstance(own, list) else _standard_routes(router)
        return router.fields["routes"]
    return router.fields.get(name, NotImplemented)


def call(evaluator: Evaluator, router: Router, name: str, made: Made) -> Value:
    """`router.register(...)` and `router.get_urls()`."""
    if name == "register":
        registered = (
            made.args
            if len(made.args) >= 2
            else [
                made.argument(0, "prefix", ""),
                made.argument(1, "viewset", UNKNOWN),
            ]
        )
        _register(router, registered[0], registered[1], made)
        return _registered(router, None, registered, made)
    if name == "get_urls":
        return patterns(evaluator, router)
    if name == "get_routes":
        return _expanded_routes(evaluator, router, made.argument(0, "viewset", UNKNOWN))
    if name == "__init__":
        slash = made.keywords.get("trailing_slash")
        if slash is not None:
            router.fields["trailing_slash"] = "/" if slash is not False else ""
        return None
    return NotImplemented


def _registered(router: Router, above: Made | None, registered: list[Value], made: Made) -> Made:
    """What `register` returns: with the extended routers, more can be registered below it."""
    item = Made(_REGISTERED, registered, {}, made.module, made.span)
    item.fields = {"router": router, "above": above}
    return item


def is_registered(value: Value) -> bool:
    """Whether a value is what `register` returned."""
    return isinstance(value, Made) and value.name == _REGISTERED


def register_below(evaluator: Evaluator, item: Made, made: Made) -> Value:
    """`router.register("a", A).register("b", B, parents_query_lookups=["a"])`."""
    lookups = made.argument(3, "parents_query_lookups", [])
    names = [each for each in lookups if isinstance(each, str)] if isinstance(lookups, (list, tuple)) else []
    prefix, viewset = made.argument(0, "prefix", ""), made.argument(1, "viewset", UNKNOWN)
    path, current = f"/{prefix}", item
    while names and current is not None:
        above, owner = current.args[0], current.args[1]
        regex = evaluator.class_value(owner, "lookup_value_regex") if isinstance(owner, Class) else None
        regex = regex if isinstance(regex, str) else "[^/.]+"
        name = names.pop().replace(".", "_")
        path, current = f"/{above}/(?P<parent_lookup_{name}>{regex}){path}", current.fields["above"]
    _register(item.fields["router"], path.lstrip("/"), viewset, made)
    return _registered(item.fields["router"], item, [prefix, viewset], made)


def _standard_routes(router: Router) -> list[Made]:
    plain = {"get": "list", "post": "create"}
    detail = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
    made = [
        (_ROUTE, "^{prefix}{trailing_slash}$", plain, False),
        (_DYNAMIC, "^{prefix}/{url_path}{trailing_slash}$", {}, False),
        (_ROUTE, "^{prefix}/{lookup}{trailing_slash}$", detail, True),
        (_DYNAMIC, "^{prefix}/{lookup}/{url_path}{trailing_slash}$", {}, True),
    ]
    routes = []
    for name, url, mapping, is_detail in made:
        route = Made(name, [], {}, _module_of(router), 0)
        route.fields = {
            "url": url,
            "mapping": dict(mapping),
            "detail": is_detail,
            "name": "",
            "initkwargs": {},
        }
        routes.append(route)
    return routes


def _module_of(router: Router) -> Module:
    return router.cls.module if isinstance(router, Instance) else router.module


def patterns(evaluator: Evaluator, router: Router) -> list[Made]:
    """The URL patterns of everything registered, without format suffixes."""
    found: list[Made] = []
    prefix_before = _parent_regex(evaluator, router)
    for prefix, viewset, made in _registry(evaluator, router):
        if isinstance(prefix, str) and isinstance(viewset, (Class, External)):
            found += _of_viewset(evaluator, router, prefix_before + prefix, viewset, made)
    if _kind(evaluator, router) in ("DefaultRouter", "NestedDefaultRouter", "ExtendedDefaultRouter"):
        if not prefix_before:
            found.append(_root(evaluator, router))
    return found


def _root(evaluator: Evaluator, router: Router) -> Made:
    view = router.fields.get("APIRootView", NotImplemented)
    if view is NotImplemented and isinstance(router, Instance):
        view = evaluator.class_value(router.cls, "APIRootView")
    if not isinstance(view, (Class, External)):
        view = External("rest_framework.routers.APIRootView")
    at = _place_of(router)
    return _pattern("^$", ClassView(view, at), at)


def _place_of(router: Router) -> Made:
    """Something that stands where a router is made."""
    return Made("", [], {}, _module_of(router), router.span if isinstance(router, Made) else 0)


def _register(router: Router, prefix: Value, viewset: Value, made: Made) -> None:
    registry = router.fields["registry"]
    if isinstance(registry, list):
        registry.append((prefix, viewset, made))


def _registry(evaluator: Evaluator, router: Router) -> Iterator[tuple[Value, Value, Made]]:
    """What is registered: prefix, view set and the place. A project may fill the list itself."""
    registry = router.fields["registry"]
    evaluator.spend(registry)
    for entry in registry if isinstance(registry, list) else ():
        if isinstance(entry, (tuple, list)) and len(entry) >= 2:
            made = entry[2] if len(entry) > 2 else None
            yield entry[0], entry[1], made if isinstance(made, Made) else _place_of(router)


def _pattern(regex: str, view: ClassView, made: Made) -> Made:
    pattern = Made(PATTERN, [], {"regex": True}, made.module, made.span)
    pattern.fields = {"route": regex, "callback": view, "name": None, "default_args": {}}
    return pattern


def _of_viewset(
    evaluator: Evaluator, router: Router, prefix: str, viewset: Class | External, made: Made
) -> list[Made]:
    found: list[Made] = []
    lookup = _lookup_regex(evaluator, viewset, "")
    slash = router.fields.get("trailing_slash", "/")
    slash = slash if isinstance(slash, str) else "/"
    for route in _routes_for(evaluator, router, viewset):
        url, mapping = route.fields["url"], route.fields["mapping"]
        present = {verb: action for verb, action in mapping.items() if has_action(evaluator, viewset, action)}
        if not present:
            continue
        regex = url.replace("{prefix}", prefix).replace("{lookup}", lookup).replace("{trailing_slash}", slash)
        if not prefix and regex.startswith("^/"):
            regex = "^" + regex[2:]
        at = Made("", [present], route.fields["initkwargs"], made.module, made.span)
        found.append(_pattern(regex, ClassView(viewset, at), made))
    return found


def _routes_for(evaluator: Evaluator, router: Router, viewset: Class | External) -> list[Made]:
    """The routes of a view set; a router of the project may have its own say."""
    override = evaluator.attribute(router, "get_routes") if isinstance(router, Instance) else None
    if isinstance(override, Closure):
        routes = evaluator.enter(override, [viewset], {})
        return [route for route in routes if _is_plain(route)] if isinstance(routes, list) else []
    return _expanded_routes(evaluator, router, viewset)


def _expanded_routes(evaluator: Evaluator, router: Router, viewset: Value) -> list[Made]:
    """The router's routes, with one for each extra action in place of a dynamic one."""
    actions = extra_actions(evaluator, viewset) if isinstance(viewset, Class) else []
    routes = attribute(evaluator, router, "routes")
    found: list[Made] = []
    for route in routes if isinstance(routes, (list, tuple)) else []:
        if isinstance(route, Made):
            found += _expanded(_completed(route), actions)
    return [route for route in found if _is_plain(route)]


def _completed(route: Made) -> Made:
    """The fields of a route that the project made by calling `Route(...)`."""
    dynamic = route.name.endswith("DynamicRoute")
    names = ("url", "name", "detail", "initkwargs") if dynamic else _ROUTE_FIELDS
    for position, name in enumerate(names):
        route.fields.setdefault(name, route.argument(position, name, UNKNOWN))
    if dynamic:
        route.fields.setdefault("mapping", {})
    if not isinstance(route.fields["initkwargs"], dict):
        route.fields["initkwargs"] = {}
    return route


def _expanded(route: Made, actions: list[Action]) -> list[Made]:
    url = route.fields["url"]
    if not isinstance(url, str) or "{url_path}" not in url:
        return [route]
    return [
        replaced(
            route,
            {
                "url": url.replace("{url_path}", action.url_path),
                "mapping": action.mapping,
                "initkwargs": {**route.fields["initkwargs"], **action.keywords},
            },
        )
        for action in actions
        if action.detail is bool(route.fields["detail"])
    ]


def replaced(route: Made, fields: dict[str, Value]) -> Made:
    """A copy of a route with some fields changed."""
    copy = Made(route.name, [], {}, route.module, route.span)
    copy.fields = {**_completed(route).fields, **fields}
    return copy


def _is_plain(route: Value) -> bool:
    if not isinstance(route, Made):
        return False
    url, mapping = route.fields.get("url"), route.fields.get("mapping")
    return isinstance(url, str) and isinstance(mapping, dict) and "initkwargs" in route.fields


def has_action(evaluator: Evaluator, viewset: Class | External, action: str) -> bool:
    """Whether a view set has a method of that name."""
    order = (
        evaluator.order.of(viewset) if isinstance(viewset, Class) else evaluator.order.of_name(viewset.name)
    )
    for ancestor in order:
        if isinstance(ancestor.target, Class):
            if evaluator.own_attribute(ancestor.target, action) is not NotImplemented:
                return True
        elif action in CLASSES.get(canonical(ancestor.name), CLASSES["django.views.generic.View"]).actions:
            return True
    return False


def _lookup_regex(evaluator: Evaluator, viewset: Class | External, lookup_prefix: str) -> str:
    field, value = "pk", "[^/.]+"
    if isinstance(viewset, Class):
        lookup_field = evaluator.class_value(viewset, "lookup_field")
        keyword = evaluator.class_value(viewset, "lookup_url_kwarg")
        regex = evaluator.class_value(viewset, "lookup_value_regex")
        field = next((each for each in (keyword, lookup_field) if isinstance(each, str) and each), "pk")
        value = regex if isinstance(regex, str) else value
    return f"(?P<{lookup_prefix}{field}>{value})"


def _parent_regex(evaluator: Evaluator, router: Router) -> str:
    """The part of the path that a nested router takes from its parents."""
    parent = router.fields.get("parent")
    if not isinstance(parent, tuple) or not is_router(evaluator, parent[0]):
        return ""
    above, prefix = parent
    lookup_name = router.fields.get("lookup_name")
    lookup_prefix = f"{lookup_name}_" if isinstance(lookup_name, str) else "nested_1_"
    viewset = next((each[1] for each in _registry(evaluator, above) if each[0] == prefix), UNKNOWN)
    if not isinstance(viewset, (Class, External)):
        viewset = External("rest_framework.viewsets.ViewSet")
    return f"{_parent_regex(evaluator, above)}{prefix}/{_lookup_regex(evaluator, viewset, lookup_prefix)}/"


# Extra actions


def extra_actions(evaluator: Evaluator, viewset: Class) -> list[Action]:
    """The methods under `@action`, inherited ones included, in name order as the framework lists them."""
    found: dict[str, Action] = {}
    overridden: set[str] = set()
    for ancestor in evaluator.order.of(viewset):
        if not isinstance(ancestor.target, Class):
            continue
        for name, method in ancestor.target.methods.items():
            if name in overridden:
                continue
            action = _action(evaluator, ancestor.target, method)
            if action is not None:
                found[name] = action
        overridden |= set(ancestor.target.children)
    return [found[name] for name in sorted(found)]


def _action(evaluator: Evaluator, cls: Class, method: Function) -> Action | None:
    for decorator in method.head.decorators:
        if not isinstance(decorator.value, Result):
            continue
        call = cls.scope.calls[decorator.value.call]
        name = evaluator.project.callee(cls, call).name
        if name not in _ACTION_DECORATORS:
            continue
        value = evaluator.expression(cls, decorator.value)
        if not isinstance(value, Made):
            return None
        methods = value.argument(0, "methods")
        verbs = [str(each).lower() for each in methods] if isinstance(methods, (list, tuple)) else ["get"]
        detail = value.keywords.get("detail", _ACTION_DECORATORS[name])
        path = value.keywords.get("url_path")
        mapping = {verb: method.head.name for verb in verbs if verb in VERBS}
        mapping.update(_mapped(cls, method.head.name))
        keywords = {
            key: each
            for key, each in value.keywords.items()
            if key not in ("methods", "detail", "url_path", "url_name", "suffix", "name")
        }
        return Action(bool(detail), path if isinstance(path, str) else method.head.name, mapping, keywords)
    return None


_ACTION_DECORATORS: dict[str, bool] = {
    "rest_framework.decorators.action": False,
    "rest_framework.decorators.detail_route": True,
    "rest_framework.decorators.list_route": False,
}


def _mapped(cls: Class, action: str) -> dict[str, str]:
    """Methods added to an action by `@action_name.mapping.delete`."""
    found: dict[str, str] = {}
    for name, method in cls.methods.items():
        for decorator in method.head.decorators:
            if isinstance(decorator.value, Ref):
                match = re.search(r"\.?(\w+)\.mapping\.(\w+)$", decorator.value.name)
                if match is not None and match[1] == action and match[2] in VERBS:
                    found[match[2]] = name
    return found
