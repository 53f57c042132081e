"""Reads of forms: the one an application is filled in with, and the one a builder works on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.academics.policies import ensure_may
from app.domain.admissions.forms.models import AdmissionForm, AdmissionFormVersion
from app.domain.admissions.forms.rules import DEFAULT_FORM, parse_definition
from app.domain.admissions.forms.types import FormDefinition, FormState
from app.domain.admissions.models import AdmissionCycle
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound
from app.uow import session

_MOST_KEPT = 64


@lru_cache(maxsize=_MOST_KEPT)
def _published(version_id: UUID) -> FormDefinition:
    """A published form never changes, so a process reads each of them once."""
    stored = session().scalar(
        select(AdmissionFormVersion.definition).where(
            AdmissionFormVersion.id == version_id, AdmissionFormVersion.published_at.is_not(None)
        )
    )
    if stored is None:
        raise NotFound
    return parse_definition(stored)


def form_of(application: ApplicationView) -> FormDefinition:
    """The form that an application is filled in with. Raises NotFound."""
    return form_by(application.form_version_id)


def form_by(version_id: UUID | None) -> FormDefinition:
    """The published form with this key; without one, the form that comes with the product. Raises NotFound."""
    return DEFAULT_FORM if version_id is None else _published(version_id)


def version_in_force(cycle_id: UUID) -> UUID | None:
    """The version that an application begun now is filled in with; None where the school has built none."""
    return session().scalar(
        select(AdmissionFormVersion.id)
        .join(AdmissionForm, AdmissionForm.id == AdmissionFormVersion.form_id)
        .where(AdmissionForm.cycle_id == cycle_id, AdmissionFormVersion.published_at.is_not(None))
        .order_by(AdmissionFormVersion.number.desc())
        .limit(1)
    )


def get_form(actor: Actor, cycle_id: UUID) -> FormState:
    """The form of a cycle that the actor may change. Raises NotFound, Forbidden."""
    ensure_builds(actor, cycle_id)
    rows = session().execute(
        select(AdmissionForm.version, AdmissionFormVersion)
        .outerjoin(AdmissionFormVersion, AdmissionFormVersion.form_id == AdmissionForm.id)
        .where(AdmissionForm.cycle_id == cycle_id)
        .order_by(AdmissionFormVersion.number)
    )
    found: list[Any] = [tuple(row) for row in rows]
    versions = [row for _, row in found if row is not None]
    draft = next((row for row in versions if row.published_at is None), None)
    published = next((row for row in reversed(versions) if row.published_at is not None), None)
    return FormState(
        cycle_id=cycle_id,
        version=found[0][0] if found else 0,
        draft=parse_definition(draft.definition) if draft else None,
        published=parse_definition(published.definition) if published else None,
        number=published.number if published else 0,
        published_at=published.published_at if published else None,
    )


def ensure_builds(actor: Actor, cycle_id: UUID) -> UUID:
    """The campus of a cycle whose form the actor may change. Raises NotFound, Forbidden."""
    campus_id = session().scalar(select(AdmissionCycle.campus_id).where(AdmissionCycle.id == cycle_id))
    if campus_id is None:
        raise NotFound
    ensure_may(actor, Permission.CYCLES_EDIT, campus_id, to_read=Permission.APPLICATIONS_READ)
    return campus_id
