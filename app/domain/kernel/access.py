"""Roles, permissions, and who is acting.

A permission says what somebody may do at all. Which students, registers or families it reaches is decided
by the policies of each feature: a teacher's ``registers:take`` reaches the teacher's own sections, a
guardian's ``family:read`` the guardian's own children.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, unique
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID


@unique
class Role(StrEnum):
    """What somebody is at a campus. Stored by value; one person may hold several."""

    ADMIN = "admin"
    PRINCIPAL = "principal"
    ADMISSIONS_OFFICER = "admissions_officer"
    TEACHER = "teacher"
    ACCOUNTANT = "accountant"
    EDITOR = "editor"
    GUARDIAN = "guardian"
    STUDENT = "student"


@unique
class Permission(StrEnum):
    """What somebody may do, as ``resource:action``. Every route of the portal names one."""

    PORTAL_ENTER = "portal:enter"  # see the signed-in area at all
    ACCOUNT_MANAGE = "account:manage"  # one's own password, language and sessions

    APPLICATIONS_READ = "applications:read"  # the queue and every application in it, with documents and notes
    APPLICATIONS_DECIDE = "applications:decide"  # review, shortlist, offer, refuse; always with a reason
    APPLICATIONS_ENROL = "applications:enrol"  # turn an accepted application into a student in a section
    FEES_RECORD = "fees:record"  # write down what a family paid for applying, or that it need not
    FEES_CONFIRM = "fees:confirm"  # be the second person: confirm what somebody else recorded, or cancel it
    APPLICATIONS_SCORE = "applications:score"  # give marks in the parts one is named for
    CYCLES_EDIT = "cycles:edit"  # what an admission cycle asks for and offers; open and close it to families
    MESSAGES_EDIT = "messages:edit"  # the words of letters and texts to families that apply

    REGISTERS_READ = "registers:read"  # attendance as it was taken
    REGISTERS_TAKE = "registers:take"  # take and correct a register
    ATTENDANCE_REPORT = (
        "attendance:report"  # what all registers come to, the school's rules, months that are locked
    )
    LEAVE_ANSWER = "leave:answer"  # say yes or no to a family that asks for leave
    LEAVE_ASK = "leave:ask"  # announce an absence of one's own child, or ask for leave

    STUDENTS_READ = "students:read"
    STUDENTS_EDIT = "students:edit"  # details, enrolment, section, roll number
    GUARDIANS_READ = "guardians:read"
    GUARDIANS_EDIT = "guardians:edit"  # details, phone numbers, which children
    STAFF_READ = "staff:read"
    STAFF_EDIT = "staff:edit"

    ACADEMICS_READ = "academics:read"  # years, terms, classes, sections, subjects, who teaches what
    ACADEMICS_EDIT = "academics:edit"
    SUBSTITUTES_EDIT = "substitutes:edit"  # who stands in for whom on a day
    CALENDAR_READ = "calendar:read"
    CALENDAR_EDIT = "calendar:edit"  # holidays and rest days
    CAMPUSES_EDIT = "campuses:edit"

    USERS_READ = "users:read"  # accounts, their roles and sessions
    USERS_EDIT = "users:edit"  # invite, give and take roles, lock

    FAMILY_READ = "family:read"  # a guardian's own children
    OWN_RECORD_READ = "own_record:read"  # a student's own days and results

    SITE_EDIT = "site:edit"  # public pages and notices
    AUDIT_READ = "audit:read"  # who changed what
    AUDIT_EXPORT = "audit:export"  # take the audit log out of the house as a file
    JOBS_MANAGE = "jobs:manage"  # what waits to be sent: see it, try it again, drop it


_EVERYBODY: Final = frozenset({Permission.PORTAL_ENTER, Permission.ACCOUNT_MANAGE})
_STAFF: Final = _EVERYBODY | {Permission.ACADEMICS_READ, Permission.CALENDAR_READ}
_ABOUT_ONESELF: Final = frozenset({Permission.FAMILY_READ, Permission.OWN_RECORD_READ, Permission.LEAVE_ASK})

ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        # Everything but what is about somebody's own family or record.
        Role.ADMIN: frozenset(Permission) - _ABOUT_ONESELF,
        # Runs a campus: all of it but campuses, accounts and the public site.
        Role.PRINCIPAL: _STAFF
        | {
            Permission.APPLICATIONS_READ,
            Permission.APPLICATIONS_DECIDE,
            Permission.APPLICATIONS_ENROL,
            Permission.FEES_RECORD,
            Permission.FEES_CONFIRM,
            Permission.APPLICATIONS_SCORE,
            Permission.CYCLES_EDIT,
            Permission.MESSAGES_EDIT,
            Permission.REGISTERS_READ,
            Permission.REGISTERS_TAKE,
            Permission.ATTENDANCE_REPORT,
            Permission.LEAVE_ANSWER,
            Permission.STUDENTS_READ,
            Permission.STUDENTS_EDIT,
            Permission.GUARDIANS_READ,
            Permission.GUARDIANS_EDIT,
            Permission.STAFF_READ,
            Permission.STAFF_EDIT,
            Permission.ACADEMICS_EDIT,
            Permission.SUBSTITUTES_EDIT,
            Permission.CALENDAR_EDIT,
            Permission.USERS_READ,
            Permission.AUDIT_READ,
        },
        # Brings children in, up to their seat in a section.
        Role.ADMISSIONS_OFFICER: _STAFF
        | {
            Permission.APPLICATIONS_READ,
            Permission.APPLICATIONS_DECIDE,
            Permission.APPLICATIONS_ENROL,
            Permission.FEES_RECORD,
            Permission.APPLICATIONS_SCORE,
            Permission.CYCLES_EDIT,
            Permission.MESSAGES_EDIT,
            Permission.STUDENTS_READ,
            Permission.STUDENTS_EDIT,
            Permission.GUARDIANS_READ,
            Permission.GUARDIANS_EDIT,
        },
        # The own sections only: policies narrow every one of these to what the teacher teaches.
        Role.TEACHER: _STAFF
        | {
            Permission.APPLICATIONS_SCORE,
            Permission.REGISTERS_READ,
            Permission.REGISTERS_TAKE,
            Permission.LEAVE_ANSWER,
            Permission.STUDENTS_READ,
            Permission.GUARDIANS_READ,
        },
        # Who owes and paid what: needs to find families, changes nothing about them.
        Role.ACCOUNTANT: _STAFF
        | {
            Permission.FEES_RECORD,
            Permission.FEES_CONFIRM,
            Permission.STUDENTS_READ,
            Permission.GUARDIANS_READ,
        },
        # The public site, and no child's data.
        Role.EDITOR: _STAFF | {Permission.SITE_EDIT},
        # The own children only.
        Role.GUARDIAN: _EVERYBODY | {Permission.FAMILY_READ, Permission.LEAVE_ASK},
        # The own record only.
        Role.STUDENT: _EVERYBODY | {Permission.OWN_RECORD_READ},
    }
)
"""Which role may do what. Reading this table is reading the school's rules of access."""

SECOND_FACTOR_ROLES: Final = frozenset(
    {
        Role.ADMIN,  # everything
        Role.PRINCIPAL,  # people, registers, decisions
        Role.ADMISSIONS_OFFICER,  # people: families and their children
        Role.TEACHER,  # registers and marks
        Role.ACCOUNTANT,  # money
    }
)
"""Who changes marks, money or people, and so signs in with a second factor. Not the editor, who touches no
child's data, and not families, who change nothing of others."""

STAFF_ROLES: Final = frozenset(Role) - {Role.GUARDIAN, Role.STUDENT}
"""The roles of people who work at the school."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a sign-in lasts without being used, and at most."""

    idle: timedelta
    absolute: timedelta


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SESSION_LIFETIMES: Final[Mapping[Role, Lifetime]] = MappingProxyType(
    {
        # The keys to every account: gone with the coffee break.
        Role.ADMIN: Lifetime(30 * _MINUTE, 12 * _HOUR),
        # A working day on one's own desk or phone.
        Role.PRINCIPAL: Lifetime(12 * _HOUR, 20 * _HOUR),
        Role.ADMISSIONS_OFFICER: Lifetime(12 * _HOUR, 20 * _HOUR),
        Role.TEACHER: Lifetime(12 * _HOUR, 20 * _HOUR),
        Role.ACCOUNTANT: Lifetime(12 * _HOUR, 20 * _HOUR),
        Role.EDITOR: Lifetime(12 * _HOUR, 20 * _HOUR),
        # A phone that may be somebody else's tomorrow.
        Role.GUARDIAN: Lifetime(12 * _HOUR, 12 * _HOUR),
        Role.STUDENT: Lifetime(12 * _HOUR, 12 * _HOUR),
    }
)
"""How long a sign-in lasts in each role. Whoever holds several is held to the shortest."""

KEPT_LIFETIME: Final = Lifetime(30 * _DAY, 180 * _DAY)
"""For families who ask to stay signed in on their own phone. Nobody with a role of staff can."""


class AllCampuses(Enum):
    """The type of :data:`ALL`."""

    ALL = "all"

    def __contains__(self, campus_id: object) -> bool:
        """Every campus is among all campuses."""
        return True


ALL: Final = AllCampuses.ALL
"""Instead of a set of campuses: every campus, also those to come. ``campus_id in ALL`` is always true."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at one campus, or at all campuses where ``campus_id`` is ``None``."""

    role: Role
    campus_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which roles, and from where: what services check and what the audit log records.

    ``user_id`` is ``None`` for a visitor who is not signed in, and for the system itself. ``ip``,
    ``user_agent`` and ``request_id`` say where an act came from; they decide nothing.
    """

    user_id: UUID | None
    person_id: UUID | None
    name: str
    locale: str
    grants: tuple[Grant, ...] = ()
    session_id: UUID | None = None
    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None
    has_second_factor: bool = field(default=False, kw_only=True)
    proved_lately: bool = field(default=False, kw_only=True)
    """Whether the password or a second factor was given in this session within the last minutes."""
    is_system: bool = field(default=False, kw_only=True)
    seen_at: datetime | None = field(default=None, kw_only=True)
    """When it was last written down that this session is in use."""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this actor holds at any campus."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_visitor(self) -> bool:
        """Whether nobody is signed in."""
        return self.user_id is None and not self.is_system

    def may(self, permission: Permission, campus_id: UUID | None = None) -> bool:
        """Tell whether this actor has a permission at a campus, or anywhere where no campus is given."""
        return self.is_system or any(
            permission in ROLE_PERMISSIONS[grant.role]
            and (campus_id is None or grant.campus_id is None or grant.campus_id == campus_id)
            for grant in self.grants
        )

    def campuses_for(self, permission: Permission) -> frozenset[UUID] | Literal[AllCampuses.ALL]:
        """Return where this actor has a permission, a set of campuses or :data:`ALL`, to filter lists by."""
        if self.is_system:
            return ALL
        campuses = set()
        for grant in self.grants:
            if permission in ROLE_PERMISSIONS[grant.role]:
                if grant.campus_id is None:
                    return ALL
                campuses.add(grant.campus_id)
        return frozenset(campuses)


SYSTEM: Final = Actor(None, None, "Smart Academy", "en", is_system=True)
"""The actor of jobs and commands: may do everything, and stands in the audit log as the system.

Never hand it to anything that answers a request.
"""


def visitor(
    locale: str, *, ip: str | None = None, user_agent: str | None = None, request_id: str | None = None
) -> Actor:
    """Return the actor of somebody who is not signed in, such as a family that applies: no permissions."""
    return Actor(None, None, "", locale, ip=ip, user_agent=user_agent, request_id=request_id)
