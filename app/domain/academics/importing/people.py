"""Students, guardians and staff, and who answers for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from app.domain.academics.importing.report import Outcome
from app.domain.academics.importing.run import Missing, Run
from app.domain.accounts.queries import find_credentials, find_user_of_person
from app.domain.accounts.services import create_user
from app.domain.kernel.access import Role
from app.domain.kernel.names import clean_name, script_of
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.people.importing import (
    Fate,
    IncomingPerson,
    Part,
    StoredPerson,
    guardian_key,
    link_guardians,
    store_people,
)
from app.domain.people.types import Gender
from app.integrations.oneroster import User

_LONGEST_NAME: Final = 200
_EMAIL: Final = re.compile(r"[^\s@<>\"',;]{1,64}@[^\s@<>\"',;]{1,189}")
_GENDERS: Final = {"male": Gender.MALE, "female": Gender.FEMALE}
_DESIGNATIONS: Final = {
    "administrator": "Administrator",
    "aide": "Aide",
    "counselor": "Counsellor",
    "districtAdministrator": "Administrator",
    "principal": "Principal",
    "proctor": "Proctor",
    "siteAdministrator": "Administrator",
    "systemAdministrator": "Administrator",
    "teacher": "Teacher",
}
_ABOUT: Final = frozenset({"born_on", "gender"})
_OUTCOMES: Final = {
    Fate.CREATED: Outcome.CREATED,
    Fate.CHANGED: Outcome.CHANGED,
    Fate.SAME: Outcome.UNCHANGED,
}
_PARTS: Final = {Part.STUDENT: "student", Part.GUARDIAN: "guardian", Part.STAFF: "staff"}


def store_users(run: Run) -> None:
    """Find or make everybody, and report each of their parts."""
    admitted = _days_of_admission(run)
    schools = [school.source_id for school in run.plan.schools]
    incoming, users = [], []
    for user in run.plan.users:
        try:
            person = _incoming(run, user, schools, admitted.get(user.source_id))
        except Missing as error:
            kind = "student" if user.student_at else "guardian" if user.guardian_at else "staff"
            run.refuse(user.place, kind, user.full_name, str(error))
            run.refused["user", user.source_id] = user.place
            continue
        incoming.append(person)
        users.append(user)
        run.names[user.source_id] = next(iter(person.names.values()))
    run.people = store_people(run.actor, incoming, admission_year=run.today.year)
    for user in users:
        _tell(run, user, run.people[user.source_id])


def _days_of_admission(run: Run) -> dict[str, date]:
    """The first day of each student in a home room, as far as the bundle or its year says."""
    starts = {room.source_id: run.years.get((room.school_id, room.year_id)) for room in run.plan.rooms}
    days: dict[str, date] = {}
    for seat in run.plan.seats:
        year = starts.get(seat.room_id)
        day = seat.begins_on or (year.starts_on if year else None)
        if day is not None:
            days[seat.user_id] = min(day, days.get(seat.user_id, day))
    return days


def _incoming(run: Run, user: User, schools: Iterable[str], admitted_on: date | None) -> IncomingPerson:
    """What we keep of a user. Raises Missing where they cannot be kept."""
    name = clean_name(user.full_name)
    if not name:
        raise Missing("the name holds no character that can be shown")
    if len(name) > _LONGEST_NAME:
        raise Missing(f"the name is longer than {_LONGEST_NAME} characters")
    born_on = user.birth_date
    if born_on and born_on > run.today:
        _note(run, user, f"birth date {born_on} lies in the future and is left out")
        born_on = None
    return IncomingPerson(
        source_id=user.source_id,
        names={script_of(name): name},
        is_active=user.is_enabled,
        born_on=born_on,
        gender=_GENDERS.get(user.sex),
        phone=_phone(run, user),
        email=_email(run, user),
        student_campus_id=run.campus(user.student_at) if user.student_at else None,
        admitted_on=admitted_on,
        staff_campus_id=run.campus(user.staff_at) if user.staff_at else None,
        designation=_DESIGNATIONS.get(user.staff_role),
        guardian_keys=_guardian_keys(run, user, schools),
    )


def _guardian_keys(run: Run, user: User, schools: Iterable[str]) -> tuple[str, ...]:
    """Their own school's key first; another school of the bundle may have brought them in before."""
    if user.guardian_at is None:
        return ()
    run.campus(user.guardian_at)
    return tuple(dict.fromkeys(guardian_key(each, user.source_id) for each in (user.guardian_at, *schools)))


def _phone(run: Run, user: User) -> str | None:
    for number in user.phones:
        try:
            return normalise_mobile(number)
        except PhoneError:
            continue
    if user.phones:
        _note(run, user, f"phone {user.phones[0][:30]} is no mobile number of Bangladesh and is left out")
    return None


def _email(run: Run, user: User) -> str | None:
    if not user.email or _EMAIL.fullmatch(user.email):
        return user.email or None
    _note(run, user, f"{user.email[:60]} is no e-mail address and is left out")
    return None


def _note(run: Run, user: User, text: str) -> None:
    run.report.tell(user.place, Outcome.NOTED, "user", clean_name(user.full_name), text)


def _tell(run: Run, user: User, stored: StoredPerson) -> None:
    """Report what somebody became, and apart from it what the demographics file said about them."""
    name = run.names[user.source_id]
    for part, kind in _PARTS.items():
        if part not in stored.fates:
            continue
        fate, fields = stored.fates[part], stored.changed
        if user.demographics_place:
            fields = fields - _ABOUT
            if fate is Fate.CHANGED and not fields and stored.person_fate is Fate.CHANGED:
                fate = Fate.SAME
        detail = ", ".join(sorted(fields)) if fate is Fate.CHANGED else ""
        if fate is Fate.CREATED and not user.is_enabled:
            detail = "inactive"
        designation = _DESIGNATIONS.get(user.staff_role, "") if part is Part.STAFF else ""
        run.report.tell(user.place, _OUTCOMES[fate], kind, name, detail, part=designation)
    if user.demographics_place and (user.birth_date or user.sex):
        changed = stored.changed & _ABOUT
        fate = Fate.CREATED if stored.person_fate is Fate.CREATED else Fate.CHANGED if changed else Fate.SAME
        detail = ", ".join(sorted(changed))
        run.report.tell(user.demographics_place, _OUTCOMES[fate], "birth date and sex", name, detail)


def store_links(run: Run) -> None:
    """Let guardians answer for their children."""
    kind = "guardian of a student"
    pairs = []
    for link in run.plan.links:
        student, guardian = run.people.get(link.student_id), run.people.get(link.guardian_id)
        if student is None or guardian is None:
            lost = link.student_id if student is None else link.guardian_id
            run.refuse(link.place, kind, lost, str(run.missing("user", lost)))
            continue
        pairs.append((link, (student.keys[Part.STUDENT], guardian.keys[Part.GUARDIAN])))
    fates = link_guardians(run.actor, [pair for _, pair in pairs])
    for link, pair in pairs:
        name = f"{run.names[link.guardian_id]} for {run.names[link.student_id]}"
        run.report.tell(link.place, _OUTCOMES[fates[pair]], kind, name)


def open_accounts(run: Run) -> None:
    """Open an account for each active teacher with an e-mail address. It has no password yet.

    Nobody can sign in to it before somebody invites them. Only the role of teacher is given, which reaches
    nothing but their own sections: who may do more is not for a file to say.
    """
    kind = "account"
    for user in run.plan.users:
        stored = run.people.get(user.source_id)
        if stored is None or not user.is_teacher or not user.is_enabled or not user.email:
            continue
        name, campus = run.names[user.source_id], run.campuses.get(user.staff_at or "")
        if not _EMAIL.fullmatch(user.email) or Part.STAFF not in stored.keys or campus is None:
            continue
        if find_user_of_person(stored.person_id):
            run.report.tell(user.place, Outcome.UNCHANGED, kind, name)
        elif find_credentials(email=user.email.lower()):
            run.refuse(user.place, kind, name, f"{user.email} belongs to another account")
        else:
            create_user(
                run.actor,
                stored.person_id,
                email=user.email,
                phone=None,
                locale="en",
                roles=[(Role.TEACHER, campus)],
            )
            run.report.tell(user.place, Outcome.CREATED, kind, name, user.email)
