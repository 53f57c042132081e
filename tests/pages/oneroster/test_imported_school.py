"""The portal on an imported school: sections without a teacher, people without birth date, phone, English name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.academics.importing.roster import import_roster
from app.domain.academics.models import Campus, Section
from app.domain.accounts.services import create_user
from app.domain.kernel.access import SYSTEM, Role
from app.domain.people.models import Guardian, StaffMember, Student, StudentGuardian
from app.integrations.oneroster import make_plan, read_bundle
from app.uow import session
from tests.support.bundles import DATA, NO_SAMPLE, SAMPLE
from tests.support.cast import Cast, Member
from tests.support.crawl import Crawl
from tests.support.pages import PageClient

BUNDLES = [
    pytest.param(DATA / "oneroster-1.2", id="small"),
    pytest.param(SAMPLE, id="sample", marks=pytest.mark.skipif(not SAMPLE.is_dir(), reason=NO_SAMPLE)),
]


@dataclass(frozen=True)
class Imported(Member):
    """Somebody of an imported school, with an account to sign in to."""

    account: UUID | None = None

    @property
    def user_id(self) -> UUID:
        """Key of the account."""
        assert self.account is not None
        return self.account


def with_account(person_id: UUID, role: Role, campus_id: UUID | None, locale: str) -> Imported:
    """Open an account for an imported person."""
    email = f"{role.value}@imported.example"
    account = create_user(
        SYSTEM, person_id, email=email, phone=None, locale=locale, roles=[(role, campus_id)]
    )
    return Imported(role.value, email, "", role, email, None, None, locale, account)


def people_of(campus: UUID) -> list[Imported]:
    """A head, a class teacher, a guardian and a child of the imported school."""
    db = session()
    staff = select(StaffMember.person_id).where(StaffMember.campus_id == campus)
    teacher = db.scalars(staff.join(Section, Section.class_teacher_id == StaffMember.id)).first()
    head = db.scalars(staff.where(StaffMember.designation.in_(["Administrator", "Principal"]))).first()
    child, guardian = db.execute(
        select(Student.person_id, Guardian.person_id)
        .join(StudentGuardian, StudentGuardian.student_id == Student.id)
        .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .where(Student.campus_id == campus)
        .order_by(Student.source_id)
    ).first() or (None, None)
    assert teacher and head and child and guardian
    return [
        with_account(head, Role.PRINCIPAL, campus, "en"),
        with_account(teacher, Role.TEACHER, campus, "bn"),
        with_account(guardian, Role.GUARDIAN, None, "bn"),
        with_account(child, Role.STUDENT, campus, "ar"),
    ]


@pytest.mark.parametrize("bundle", BUNDLES)
def test_every_page_works_on_an_imported_school(client: PageClient, cast: Cast, bundle: Path) -> None:
    import_roster(SYSTEM, make_plan(read_bundle(bundle)), today=date(2026, 11, 20))
    campus = session().scalars(select(Campus.id).where(Campus.source_id.is_not(None))).one()
    for member in people_of(campus):
        crawl = Crawl(client.as_(member), ["/"])
        assert crawl.pages, member.role
        assert crawl.broken == [], member.role
