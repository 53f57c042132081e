"""Writes of slips."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.db import new_id
from app.domain.admissions.slips.models import AdmissionSlip
from app.domain.admissions.slips.queries import digest_now, given_of, view_of_slip
from app.domain.admissions.slips.rules import CODE_BYTES, code_from, slips_for
from app.domain.admissions.slips.types import Given, SlipKind, SlipView
from app.domain.admissions.types import ApplicationView
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import NotFound
from app.uow import transaction


def issue_slip(
    actor: Actor, application: ApplicationView, kind: SlipKind, given: Given | None = None
) -> SlipView:
    """Issue a slip of an application the caller has found; the same facts again give the same slip.

    `given` is what the application was given, where it is known already. Raises NotFound where there is no such
    slip of it now.
    """
    given = given or given_of(application)
    if kind not in slips_for(application.status, given.seating):
        raise NotFound
    digest = digest_now(kind, application, given)
    with transaction() as db:
        made = db.execute(
            insert(AdmissionSlip)
            .values(
                id=new_id(),
                application_id=application.id,
                kind=kind,
                code=code_from(secrets.token_bytes(CODE_BYTES)),
                digest=digest,
                issued_at=clock.now(),
            )
            .on_conflict_do_nothing(
                index_elements=[AdmissionSlip.application_id, AdmissionSlip.kind, AdmissionSlip.digest]
            )
            .returning(AdmissionSlip.id)
        ).scalar_one_or_none()
        row = db.scalars(
            select(AdmissionSlip).where(
                AdmissionSlip.application_id == application.id,
                AdmissionSlip.kind == kind,
                AdmissionSlip.digest == digest,
            )
        ).one()
        if made is not None:
            record(
                actor,
                "application.slip_issued",
                "application",
                application.id,
                campus_id=application.campus_id,
                new={"kind": kind, "slip": row.id},
            )
        return view_of_slip(row)
