"""Writes of forms: a draft is rearranged, published or thrown away; the office answers its own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.domain.admissions.forms.models import AdmissionForm, AdmissionFormVersion
from app.domain.admissions.forms.queries import ensure_builds, form_by
from app.domain.admissions.forms.rules import (
    DEFAULT_FORM,
    check_definition,
    dump_definition,
    find_lacks,
    merged,
    parse_definition,
)
from app.domain.admissions.forms.types import FormDefinition, FormNotReady
from app.domain.admissions.models import Application
from app.domain.admissions.queries import within
from app.domain.audit.services import record, record_change
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Stale
from app.uow import transaction

_CYCLE = "admission_cycle"


def _held(db: Session, cycle_id: UUID, campus_id: UUID, version: int) -> AdmissionForm:
    """The form's row, locked, as the builder saw it; made where nobody has begun. Raises Stale."""
    statement = select(AdmissionForm).where(AdmissionForm.cycle_id == cycle_id).with_for_update()
    row = db.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if row is None and version == 0:
        row = AdmissionForm(cycle_id=cycle_id, campus_id=campus_id)
        try:
            with db.begin_nested():
                db.add(row)
        except IntegrityError as error:
            raise Stale from error
    elif row is None or row.version != version:
        raise Stale
    return row


def _moved_on(db: Session, row: AdmissionForm) -> None:
    """Let the row have another version, so that whoever saw the form before is told."""
    row.updated_at = clock.now()
    flag_modified(row, "updated_at")
    db.flush()


def _versions(db: Session, row: AdmissionForm) -> list[AdmissionFormVersion]:
    return list(
        db.scalars(
            select(AdmissionFormVersion)
            .where(AdmissionFormVersion.form_id == row.id)
            .order_by(AdmissionFormVersion.number)
        )
    )


def change_form(
    actor: Actor, cycle_id: UUID, version: int, change: Callable[[FormDefinition], FormDefinition]
) -> None:
    """Change the draft of a form; where there is none, one is begun from what is in force.

    `change` is one of the rules that rearrange a form. Raises NotFound, Forbidden, Stale, BadDefinition and what
    `change` raises.
    """
    campus_id = ensure_builds(actor, cycle_id)
    with transaction() as db:
        row = _held(db, cycle_id, campus_id, version)
        versions = _versions(db, row)
        draft = versions[-1] if versions and versions[-1].published_at is None else None
        before = parse_definition(versions[-1].definition) if versions else DEFAULT_FORM
        after = check_definition(change(before))
        if after == before:
            return
        if draft is None:
            draft = AdmissionFormVersion(form_id=row.id, number=len(versions) + 1)
            db.add(draft)
        draft.definition = dump_definition(after)
        _moved_on(db, row)
        record_change(
            actor,
            f"{_CYCLE}.form_changed",
            _CYCLE,
            cycle_id,
            old=_told(before),
            new=_told(after),
            campus_id=campus_id,
        )


def _told(form: FormDefinition) -> dict[str, Any]:
    """A form as the audit log takes it: page by page, so that only what changed is kept."""
    return {f"page {page['key']}": page for page in dump_definition(form)["pages"]} | {
        "pages": [page.key for page in form.pages]
    }


def discard_draft(actor: Actor, cycle_id: UUID, version: int) -> None:
    """Throw the draft of a form away; what is in force stays. Raises NotFound, Forbidden, Stale."""
    campus_id = ensure_builds(actor, cycle_id)
    with transaction() as db:
        row = _held(db, cycle_id, campus_id, version)
        draft = next((each for each in _versions(db, row) if each.published_at is None), None)
        if draft is None:
            return
        db.delete(draft)
        _moved_on(db, row)
        record(actor, f"{_CYCLE}.form_discarded", _CYCLE, cycle_id, campus_id=campus_id)


def publish_form(actor: Actor, cycle_id: UUID, version: int) -> None:
    """Let applications that begin from now on be filled in with the draft. It never changes again.

    Raises NotFound (also where there is no draft), Forbidden, Stale, FormNotReady.
    """
    campus_id = ensure_builds(actor, cycle_id)
    with transaction() as db:
        row = _held(db, cycle_id, campus_id, version)
        draft = next((each for each in _versions(db, row) if each.published_at is None), None)
        if draft is None:
            raise NotFound
        lacks = find_lacks(parse_definition(draft.definition))
        if lacks:
            raise FormNotReady(lacks)
        draft.published_at, draft.published_by = clock.now(), actor.user_id
        _moved_on(db, row)
        record(
            actor,
            f"{_CYCLE}.form_published",
            _CYCLE,
            cycle_id,
            campus_id=campus_id,
            new={"number": draft.number},
        )


def copy_form(source_id: UUID, cycle_id: UUID, campus_id: UUID) -> None:
    """Give a cycle that was just made the form of another: what is in force there, and else its draft."""
    with transaction() as db:
        source = db.scalars(
            select(AdmissionFormVersion)
            .join(AdmissionForm, AdmissionForm.id == AdmissionFormVersion.form_id)
            .where(AdmissionForm.cycle_id == source_id)
            .order_by(AdmissionFormVersion.published_at.is_(None), AdmissionFormVersion.number.desc())
            .limit(1)
        ).one_or_none()
        if source is None:
            return
        row = AdmissionForm(cycle_id=cycle_id, campus_id=campus_id)
        db.add(row)
        db.flush()
        db.add(
            AdmissionFormVersion(
                form_id=row.id,
                number=1,
                definition=source.definition,
                published_at=source.published_at and clock.now(),
                published_by=source.published_by,
            )
        )
        db.flush()


def save_office_answers(actor: Actor, application_id: UUID, version: int, given: Mapping[str, Any]) -> None:
    """Keep what the office answers to its own fields; None empties one. Other keys change nothing.

    Raises NotFound, Stale, and InvalidValue for an answer that a field does not take.
    """
    with transaction() as db:
        row = db.scalars(
            select(Application)
            .where(Application.id == application_id, within(actor, Permission.APPLICATIONS_DECIDE))
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one_or_none()
        if row is None:
            raise NotFound
        if row.version != version:
            raise Stale
        old = dict(row.answers)
        row.answers = merged(form_by(row.form_version_id), old, given, office=True)
        db.flush()
        record_change(
            actor,
            "application.office_answered",
            "application",
            row.id,
            old=old,
            new=dict(row.answers) | dict.fromkeys(old.keys() - row.answers.keys()),
            campus_id=row.campus_id,
        )


__all__ = [
    "change_form",
    "copy_form",
    "discard_draft",
    "publish_form",
    "save_office_answers",
]
