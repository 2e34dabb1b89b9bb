"""Bearer tokens: a program acts with the role of the person its token was made for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, make_response, request

from pharmacy.domain.roles import Role
from pharmacy.edge import logs
from pharmacy.edge.context import reading
from pharmacy.edge.doors import public
from pharmacy.services import people
from pharmacy.services.acting import Actor
from pharmacy.store.database import again_on_conflict

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[Actor, Arguments], Response]


def for_token(*roles: Role) -> Callable[[View[Arguments]], Callable[Arguments, Response]]:
    """Declares which roles may call an API view; the view gets the actor first. A missing or unknown token is 401."""

    def declare(view: View[Arguments]) -> Callable[Arguments, Response]:
        @wraps(view)
        def called(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
            actor = _of_request()
            if actor is None:
                return refused(401, "Send `Authorization: Bearer TOKEN` with a token that is in force.")
            if actor.role not in roles:
                return refused(403, f"This token acts as {actor.role}, which may not do this.")
            return again_on_conflict(lambda: view(actor, *args, **kwargs))

        called.api_roles = frozenset(roles)  # type: ignore[attr-defined]
        # Cookies admit nobody here: the token alone does, so the pages' door is open.
        return public(called)

    return declare


def refused(status: int, sentence: str, field: str = "") -> Response:
    """The one shape of every refusal."""
    return make_response({"error": sentence, "field": field, "request": logs.request_id()}, status)


def _of_request() -> Actor | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return None
    with reading() as session:
        person = people.of_api_token(session, token.strip())
    return Actor.of(person) if person else None
