"""Who may do what with an application. The filter of lists is `queries.within`, beside the same permission."""

from __future__ import annotations

from uuid import UUID

from app.domain.academics.policies import ensure_may
from app.domain.admissions.queries import within
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import Actor, Permission

within_reach = within
"""The filter for lists: sent applications at the campuses where the actor holds a permission."""


def may_decide(actor: Actor, application: ApplicationView) -> bool:
    """Whether the actor decides on applications of this campus."""
    return actor.may(Permission.APPLICATIONS_DECIDE, application.campus_id)


def may_enrol(actor: Actor, application: ApplicationView) -> bool:
    """Whether the actor turns applications of this campus into students."""
    return actor.may(Permission.APPLICATIONS_ENROL, application.campus_id)


def ensure_edits_cycles(actor: Actor, campus_id: UUID) -> None:
    """Let through who decides on cycles of a campus and their papers. Raises NotFound, Forbidden."""
    ensure_may(actor, Permission.CYCLES_EDIT, campus_id, to_read=Permission.APPLICATIONS_READ)
