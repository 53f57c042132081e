"""Whose entries somebody may read.

An entry without a campus (an account, a person, the site) is for those who read the log of every campus; of a
record that was reached by its own rules it is shown with the others.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, true

from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import ALL, Actor, Permission


def entries_readable(
    actor: Actor, permission: Permission = Permission.AUDIT_READ, *, of_a_reached_record: bool = False
) -> ColumnElement[bool]:
    """The filter on the entries this actor may read."""
    campuses = actor.campuses_for(permission)
    if campuses is ALL:
        return true()
    if not campuses:
        return false()
    own = AuditEntry.campus_id.in_(campuses)
    return or_(own, AuditEntry.campus_id.is_(None)) if of_a_reached_record else own
