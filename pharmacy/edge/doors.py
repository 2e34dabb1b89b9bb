"""Who may call a view. One that does not say cannot be called."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from pharmacy.domain.roles import Role
from pharmacy.store.database import again_on_conflict

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_ROLES = "_roles_allowed"


def allowed(*roles: Role) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Declares who may call a view: allowed(Role.PHARMACIST), allowed(*BENCH). The view runs again on a conflict."""

    def declare(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        @wraps(view)
        def called(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            return again_on_conflict(lambda: view(*args, **kwargs))

        setattr(called, _ROLES, frozenset(roles))
        return called

    return declare


def public(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Declares a view for people who are not signed in."""
    setattr(view, _ROLES, None)
    return view


def roles_of(view: Callable[..., object]) -> frozenset[Role] | None:
    """Who may call a view; None for a public one.

    Raises: LookupError when the view does not say.
    """
    if not hasattr(view, _ROLES):
        raise LookupError("this view does not say who may call it")
    return cast("frozenset[Role] | None", getattr(view, _ROLES))


def declared(view: Callable[..., object]) -> bool:
    """Whether a view says who may call it."""
    return hasattr(view, _ROLES)
