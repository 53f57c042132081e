"""One import, one transaction: everything a bundle asks for is stored, or nothing is."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.domain.academics.importing.people import open_accounts, store_links, store_users
from app.domain.academics.importing.places import (
    store_campuses,
    store_groups,
    store_sections,
    store_subjects,
    store_terms,
    store_years,
)
from app.domain.academics.importing.report import Outcome, Report
from app.domain.academics.importing.run import Run
from app.domain.academics.importing.seats import (
    store_class_teachers,
    store_enrolments,
    store_group_students,
    store_group_teachers,
)
from app.domain.audit.services import record
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import N_, Conflict, Forbidden
from app.integrations.oneroster import Plan
from app.uow import transaction

_LOCK: Final = 0x5A_0E_20_26
"""The number of the advisory lock that keeps two imports apart. It keeps nobody else waiting."""


class AnotherImport(Conflict):
    """Somebody else imports at this moment."""

    message = N_("Another import is under way. Wait until it has ended.")


class SchoolMoved(Conflict):
    """What the import had read was changed by somebody before it was written."""

    message = N_("Somebody changed the same records meanwhile, so nothing was imported. Try again.")


class _DryRun(Exception):
    """Thrown to roll back what was only tried."""


def import_roster(
    actor: Actor,
    plan: Plan,
    *,
    today: date,
    dry_run: bool = False,
    campus_code: str | None = None,
    accounts: bool = False,
) -> Report:
    """Store what a bundle asks for and return what became of each of its rows.

    A dry run does all of it and rolls it back, so that it cannot say anything else than the real one.
    `campus_code` names the campus for a bundle of one school; `accounts` opens accounts for its teachers.
    Rows the bundle no longer has stay: an import adds and changes, it never removes.

    Raises CampusUnclear, AnotherImport and SchoolMoved, each with nothing changed.
    """
    if not actor.may(Permission.CAMPUSES_EDIT):
        raise Forbidden
    run = Run(actor, plan, today)
    run.report.take(plan.findings)
    try:
        with transaction() as db:
            if not db.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
                raise AnotherImport
            _store(run, campus_code, accounts)
            db.flush()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except (IntegrityError, StaleDataError) as error:
        raise SchoolMoved from error
    return run.report


def _store(run: Run, campus_code: str | None, accounts: bool) -> None:
    """Everything, from what the rest hangs on to what others wait for."""
    store_campuses(run, campus_code)
    store_years(run)
    store_terms(run)
    store_sections(run)
    store_subjects(run)
    store_groups(run)
    store_users(run)
    store_links(run)
    store_class_teachers(run)
    store_group_teachers(run)
    store_group_students(run)
    if accounts:
        open_accounts(run)
    store_enrolments(run)
    if run.report.has_changes:
        counts = {
            outcome.value: run.report.count(outcome)
            for outcome in (Outcome.CREATED, Outcome.CHANGED, Outcome.REFUSED)
        }
        record(run.actor, "roster.imported", "roster", None, new=counts)
