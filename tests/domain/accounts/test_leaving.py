"""Who leaves the school can no longer sign in; who comes back can."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.accounts.leaving import change_student_status_with_account, edit_staff_with_account
from app.domain.accounts.models import User, UserRole
from app.domain.accounts.services import grant_role, set_user_status
from app.domain.accounts.types import AccountOutOfReach, OwnAccount, UserStatus
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import Role
from app.domain.outbox.models import OutboxMessage
from app.domain.people.models import Person, StaffMember
from app.domain.people.types import StaffStatus, StudentStatus
from app.uow import session
from tests.support.cast import Cast, Member
from tests.support.pages import PageClient


def status_of(member: Member) -> UserStatus | None:
    return session().scalar(select(User.status).where(User.id == member.user_id))


def roles_of(member: Member) -> set[Role]:
    return set(session().scalars(select(UserRole.role).where(UserRole.user_id == member.user_id)))


def say(actor: Member, member: Member, status: StaffStatus) -> None:
    row = session().execute(
        select(StaffMember.employee_id, StaffMember.designation, Person.version)
        .join(Person, Person.id == StaffMember.person_id)
        .where(StaffMember.id == member.staff_id)
    )
    employee_id, designation, version = row.one()
    edit_staff_with_account(
        actor.actor,
        member.staff_id,
        member.person_id,
        version,
        {},
        employee_id=employee_id,
        designation=designation,
        joined_on=None,
        status=status,
    )


def student_says(actor: Member, student_id: UUID, person_id: UUID, status: StudentStatus) -> None:
    change_student_status_with_account(actor.actor, student_id, person_id, status)


def test_a_teacher_who_leaves_is_signed_out_at_once_and_told(cast: Cast, client: PageClient) -> None:
    client.as_(cast.bashir).get("/account/")
    say(cast.amina, cast.bashir, StaffStatus.INACTIVE)
    assert status_of(cast.bashir) is UserStatus.INACTIVE
    client.get("/account/", status=303, follow=False)
    letter = session().scalars(select(OutboxMessage).where(OutboxMessage.kind == "user_status")).one()
    assert letter.recipient == cast.bashir.email
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "user.status")).one()
    assert (entry.user_id, entry.new_data) == (cast.amina.user_id, {"status": "inactive"})


def test_a_teacher_who_comes_back_signs_in_again(cast: Cast) -> None:
    say(cast.amina, cast.bashir, StaffStatus.INACTIVE)
    say(cast.amina, cast.bashir, StaffStatus.ACTIVE)
    assert status_of(cast.bashir) is UserStatus.ACTIVE
    assert roles_of(cast.bashir) == {Role.TEACHER}


def test_coming_back_does_not_lift_what_the_administrator_suspended(cast: Cast) -> None:
    set_user_status(cast.hasan.actor, cast.bashir.user_id, UserStatus.SUSPENDED)
    say(cast.amina, cast.bashir, StaffStatus.INACTIVE)
    say(cast.amina, cast.bashir, StaffStatus.ACTIVE)
    assert status_of(cast.bashir) is UserStatus.SUSPENDED


def test_a_teacher_whose_child_stays_remains_a_guardian(cast: Cast, client: PageClient) -> None:
    grant_role(cast.hasan.actor, cast.bashir.user_id, Role.GUARDIAN, None)
    client.as_(cast.bashir).get("/account/")
    say(cast.amina, cast.bashir, StaffStatus.INACTIVE)
    assert (status_of(cast.bashir), roles_of(cast.bashir)) == (UserStatus.ACTIVE, {Role.GUARDIAN})
    client.get("/account/", status=303, follow=False)


def test_nobody_closes_their_own_account_by_leaving(cast: Cast) -> None:
    with pytest.raises(OwnAccount):
        say(cast.amina, cast.amina, StaffStatus.INACTIVE)
    assert status_of(cast.amina) is UserStatus.ACTIVE


def test_a_principal_cannot_close_the_administrator(cast: Cast) -> None:
    with pytest.raises(AccountOutOfReach):
        say(cast.amina, cast.hasan, StaffStatus.INACTIVE)
    assert status_of(cast.hasan) is UserStatus.ACTIVE
    now = session().scalar(select(StaffMember.status).where(StaffMember.id == cast.hasan.staff_id))
    assert now is StaffStatus.ACTIVE


@pytest.mark.parametrize(
    "status", [StudentStatus.GRADUATED, StudentStatus.TRANSFERRED, StudentStatus.INACTIVE]
)
def test_a_student_who_leaves_is_signed_out_and_comes_back(
    cast: Cast, client: PageClient, status: StudentStatus
) -> None:
    client.as_(cast.rafi).get("/account/")
    student_says(cast.amina, cast.rafi_student, cast.rafi.person_id, status)
    assert status_of(cast.rafi) is UserStatus.INACTIVE
    client.get("/account/", status=303, follow=False)
    student_says(cast.amina, cast.rafi_student, cast.rafi.person_id, StudentStatus.ACTIVE)
    assert status_of(cast.rafi) is UserStatus.ACTIVE


def test_through_the_pages_of_the_office(cast: Cast, app: Flask, client: PageClient) -> None:
    teacher = PageClient(app).as_(cast.bashir)
    page = client.as_(cast.amina).get(f"/staff/{cast.bashir.staff_id}/edit")
    page = page.submit(values={"status": "inactive"})
    assert page.status == 200
    teacher.get("/home/", status=303, follow=False)
    assert status_of(cast.bashir) is UserStatus.INACTIVE
    pupil = PageClient(app).as_(cast.rafi)
    page = client.get(f"/students/{cast.rafi_student}")
    page.submit(f"form[action='/students/{cast.rafi_student}/status']", values={"status": "graduated"})
    pupil.get("/account/", status=303, follow=False)


def test_a_guardian_is_suspended_by_the_administrator_alone(
    cast: Cast, app: Flask, client: PageClient
) -> None:
    place, parent = f"/guardians/{cast.dalia.guardian_id}", PageClient(app).as_(cast.dalia)
    assert not client.as_(cast.farida).get(place).all(f"a[href='{place}/suspend']")
    client.post(f"{place}/suspend", {}, status=403)
    page = client.as_(cast.hasan).get(place)
    page = client.get(str(page.one(f"a[href='{place}/suspend']")["href"])).submit()
    assert page.url == place and "Suspended" in page.text
    parent.get("/account/", status=303, follow=False)
    page.submit(f"form[action='{place}/reactivate']")
    assert status_of(cast.dalia) is UserStatus.ACTIVE
