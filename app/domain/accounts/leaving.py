"""Who leaves the school leaves its portal: a status of the person closes and opens the account.

Staff and students keep their record for ever, but an account that nobody uses is a door that nobody watches.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import delete, update

from app.domain.accounts.events import tell_owner
from app.domain.accounts.models import Session, User, UserRole
from app.domain.accounts.policies import may_manage
from app.domain.accounts.queries import AccountView, find_account_of_person
from app.domain.accounts.services import end_sessions
from app.domain.accounts.types import AccountEvent, AccountOutOfReach, OwnAccount, UserStatus
from app.domain.audit.services import record, record_change
from app.domain.kernel.access import STAFF_ROLES, Actor, Role
from app.domain.people.services import PersonFields, change_student_status, edit_staff
from app.domain.people.types import StaffStatus, StudentStatus
from app.uow import transaction


def edit_staff_with_account(
    actor: Actor,
    staff_id: UUID,
    person_id: UUID,
    version: int,
    person: PersonFields,
    *,
    employee_id: str,
    designation: str | None,
    joined_on: date | None,
    status: StaffStatus,
) -> bool:
    """Correct a member of staff, see `edit_staff`; who no longer works here can no longer sign in.

    Raises what `edit_staff` does, OwnAccount, AccountOutOfReach.
    """
    with transaction():
        changed = edit_staff(
            actor,
            staff_id,
            version,
            person,
            employee_id=employee_id,
            designation=designation,
            joined_on=joined_on,
            status=status,
        )
        _settle(actor, person_id, STAFF_ROLES, is_here=status is StaffStatus.ACTIVE)
    return changed


def change_student_status_with_account(
    actor: Actor, student_id: UUID, person_id: UUID, status: StudentStatus
) -> bool:
    """Say where a student stands, see `change_student_status`; who has left can no longer sign in.

    Raises what `change_student_status` does.
    """
    with transaction():
        changed = change_student_status(actor, student_id, status)
        _settle(actor, person_id, frozenset({Role.STUDENT}), is_here=status is StudentStatus.ACTIVE)
    return changed


def _settle(actor: Actor, person_id: UUID, roles: frozenset[Role], *, is_here: bool) -> None:
    account = find_account_of_person(person_id)
    held = roles.intersection(grant.role for grant in account.grants) if account else frozenset()
    if account is None or not held:
        return
    if is_here:
        if account.status is UserStatus.INACTIVE:
            _store_status(actor, account, UserStatus.ACTIVE)
    elif account.status is UserStatus.ACTIVE:
        _close(actor, account, held)


def _close(actor: Actor, account: AccountView, roles: frozenset[Role]) -> None:
    if account.user_id == actor.user_id:
        raise OwnAccount
    if Role.ADMIN in roles and not may_manage(actor, account.grants):
        raise AccountOutOfReach
    if roles == {grant.role for grant in account.grants}:
        _store_status(actor, account, UserStatus.INACTIVE)
        return
    # A teacher whose child comes to the school leaves the staff and stays a guardian.
    with transaction() as db:
        db.execute(delete(UserRole).where(UserRole.user_id == account.user_id, UserRole.role.in_(roles)))
        end_sessions(db, Session.user_id == account.user_id)
        record(actor, "user.role_taken", "user", account.user_id, old={"role": sorted(roles)})


def _store_status(actor: Actor, account: AccountView, status: UserStatus) -> None:
    old, new = {"status": account.status}, {"status": status}
    with transaction() as db:
        db.execute(update(User).where(User.id == account.user_id).values(status=status))
        if status is UserStatus.ACTIVE:
            record_change(actor, "user.status", "user", account.user_id, old=old, new=new)
            return
        end_sessions(db, Session.user_id == account.user_id)
        tell_owner(actor, account.user_id, AccountEvent.DISABLED, old=old, new=new)
