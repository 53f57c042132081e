"""Who looks after which account.

Accounts are the administrator's: at the campuses where `users:edit` is held, and only where every role that
the account gives at the school lies within them, so that nobody reaches upward by a new password link. A
family's link may also be renewed by the office that looks after guardians.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from app.domain.kernel.access import STAFF_ROLES, Actor, Grant, Permission, Role

GRANTABLE = (
    Role.TEACHER,
    Role.ADMISSIONS_OFFICER,
    Role.ACCOUNTANT,
    Role.EDITOR,
    Role.PRINCIPAL,
    Role.ADMIN,
)
"""The roles of staff in the order they are offered."""


def may_manage(actor: Actor, grants: Iterable[Grant]) -> bool:
    """Whether somebody may invite, suspend and give roles to an account with these roles."""
    if not actor.may(Permission.USERS_EDIT):
        return False
    campuses = actor.campuses_for(Permission.USERS_EDIT)
    return all(grant.campus_id in campuses for grant in grants if grant.role in STAFF_ROLES)


def may_invite(actor: Actor, grants: Iterable[Grant]) -> bool:
    """Whether somebody may hand out a new password link: who manages it, and the office for pure family accounts."""
    held = list(grants)
    family_only = bool(held) and all(grant.role not in STAFF_ROLES for grant in held)
    return may_manage(actor, held) or (family_only and actor.may(Permission.GUARDIANS_EDIT))


def may_grant(actor: Actor, role: Role, campus_id: UUID | None) -> bool:
    """Whether somebody may give a role of staff at a campus; None is everywhere, which takes the same reach."""
    return role in GRANTABLE and campus_id in actor.campuses_for(Permission.USERS_EDIT)
