"""Every route of the service, whichever router holds it: the framework keeps them as a tree."""

from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route


def every_route(app: FastAPI) -> list[APIRoute]:
    """Return every route of an app."""
    return [route for route in _walk(app.routes) if isinstance(route, APIRoute)]


def methods_of(app: FastAPI, path: str) -> list[str]:
    """Return the methods that an address takes, in order; what takes GET takes HEAD too."""
    matching = [route for route in _walk(app.routes) if isinstance(route, Route) and route.path_regex.match(path)]
    methods = {method for route in matching for method in (route.methods or ())}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _walk(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for route in routes:
        found.append(route)
        included = getattr(route, "original_router", None)  # what `include_router` leaves in the tree
        found += _walk(included.routes) if included is not None else []
    return found
