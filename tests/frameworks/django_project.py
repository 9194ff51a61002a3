"""Builds the backend of a small Django project from sources, for tests."""

import textwrap

from linter.backend import Backend
from linter.extract.files import extract
from linter.frameworks.django import routes as django
from linter.guards import Refusals
from linter.resolve.project import Project

SETTINGS = """
ROOT_URLCONF = "site.urls"
INSTALLED_APPS = []
"""
IMPORTS = """
import django
from django.contrib import admin
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin, UserPassesTestMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseForbidden, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import CreateView, DeleteView, ListView, TemplateView
from rest_framework import generics, mixins, permissions, serializers, viewsets
from rest_framework.decorators import action, api_view, permission_classes, throttle_classes
from rest_framework.permissions import *
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAdminUser, IsAuthenticated
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter, SimpleRouter
from rest_framework.views import APIView
"""


def backend_of(files):
    facts = {}
    for path, source in files.items():
        facts[path] = extract(textwrap.dedent(source).encode(), "python", "postgres")
    return Backend(Project(facts), lambda path: files[path])


def routes_of(urls, settings="", **files):
    """Routes of a project with one URL module; every file gets the usual imports first."""
    sources = {"site/__init__.py": "", "site/settings.py": SETTINGS + textwrap.dedent(settings)}
    sources["site/urls.py"] = IMPORTS + textwrap.dedent(urls)
    for path, source in files.items():
        sources[path] = IMPORTS + textwrap.dedent(source)
    backend = backend_of(sources)
    found = django.routes(backend, Refusals(backend.project))
    return sorted(found, key=lambda route: (route.path, route.methods, route.handler))


def shown(routes):
    """`VERBS path handler` of each route, the handler without its module."""
    return [f"{'|'.join(r.methods)} {r.path} {r.handler.removeprefix('site.urls.')}" for r in routes]


def verdicts(routes):
    """Whether each call is authenticated, by verb and path."""
    return {f"{verb} {r.path}": r.authenticated.value for r in routes for verb in r.methods}
