"""Locking a month, so that its registers stay as they are, and opening it again."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.db import new_id
from app.domain.academics.policies import ensure_may
from app.domain.attendance.models import RegisterLock
from app.domain.attendance.rules import lockable, month_bounds
from app.domain.attendance.services import hold_months
from app.domain.attendance.sheets.queries import get_month_state
from app.domain.attendance.sheets.types import MonthNotOver
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.uow import transaction


def lock_month(actor: Actor, campus_id: UUID, month: date, *, reason: str) -> None:
    """Lock the month of a day: no register of it is taken or corrected until it is opened again.

    A month that is locked stays as it is. Raises NotFound, Forbidden, MonthNotOver.
    """
    _ensure_locks(actor, campus_id)
    first, _ = month_bounds(month)
    today = clock.today()
    if not lockable(first, today):
        raise MonthNotOver
    with transaction() as db:
        hold_months(campus_id, [first], alone=True)
        made = db.execute(
            insert(RegisterLock)
            .values(
                id=new_id(), campus_id=campus_id, month=first, locked_by=actor.user_id, locked_at=clock.now()
            )
            .on_conflict_do_nothing()
            .returning(RegisterLock.month)
        ).scalar_one_or_none()
        if made is not None:
            missing = get_month_state(campus_id, first, today).missing
            new = {"month": first, "reason": reason, "missing": missing}
            record(actor, "register.month_locked", "campus", campus_id, campus_id=campus_id, new=new)


def unlock_month(actor: Actor, campus_id: UUID, month: date, *, reason: str) -> None:
    """Open the month of a day again. A month that is not locked stays as it is. Raises NotFound, Forbidden."""
    _ensure_locks(actor, campus_id)
    first, _ = month_bounds(month)
    with transaction() as db:
        gone = db.execute(
            delete(RegisterLock)
            .where(RegisterLock.campus_id == campus_id, RegisterLock.month == first)
            .returning(RegisterLock.month)
        ).scalar_one_or_none()
        if gone is not None:
            new = {"month": first, "reason": reason}
            record(actor, "register.month_unlocked", "campus", campus_id, campus_id=campus_id, new=new)


def _ensure_locks(actor: Actor, campus_id: UUID) -> None:
    ensure_may(actor, Permission.ATTENDANCE_REPORT, campus_id, to_read=Permission.REGISTERS_READ)
