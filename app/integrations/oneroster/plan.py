"""From checked rows to a plan: every reference followed, and what hangs on a row that is not there refused.

The words are still the bundle's own. Nothing here knows what the school already has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.integrations.oneroster.tables import (
    GUARDIAN_ROLES,
    STAFF_ROLES,
    Row,
    Table,
    read_table,
    row_name,
)
from app.integrations.oneroster.types import (
    Bundle,
    Finding,
    Group,
    GuardianLink,
    HeadTeacher,
    HomeRoom,
    Membership,
    Place,
    Plan,
    School,
    Seat,
    Subject,
    Term,
    User,
    Verdict,
    Year,
)

_MAX_PARENTS: Final = 8
"""A grading period lies in a term, in a semester, in a year. Longer chains are circles."""


def make_plan(bundle: Bundle) -> Plan:
    """Return what a bundle asks for. Raises BrokenBundle where a file as a whole cannot be read."""
    draft = _Draft(bundle)
    for step in (
        _plan_schools,
        _drop_backward_sessions,
        _plan_classes,
        _plan_sessions,
        _plan_subjects,
        _plan_users,
        _plan_links,
        _plan_enrolments,
    ):
        step(draft)
    return draft.plan


class _Lost(Exception):
    """A reference leads nowhere. The text is the reason to give."""


@dataclass
class _Roles:
    """What a user is, as far as the rows of the roles say."""

    student_at: str | None = None
    guardian_at: str | None = None
    staff_at: str | None = None
    staff_role: str = ""


@dataclass
class _Draft:
    """The tables, the plan so far, and the keys of what is in it."""

    bundle: Bundle
    tables: dict[str, Table] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    schools: set[str] = field(default_factory=set)
    classes: dict[str, Row] = field(default_factory=dict)
    class_years: dict[str, str] = field(default_factory=dict)
    rooms: set[str] = field(default_factory=set)
    users: dict[str, User] = field(default_factory=dict)
    dropped: dict[tuple[str, str], Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (
            "orgs",
            "academicSessions",
            "courses",
            "classes",
            "users",
            "roles",
            "enrollments",
            "demographics",
        ):
            self.tables[name] = read_table(self.bundle, name)
            self.plan.findings.extend(self.tables[name].findings)
        self.plan.findings.extend(self.bundle.findings)

    def find(self, file: str, key: str, what: str) -> Row:
        """The row that a reference means. Raises _Lost with the reason."""
        table = self.tables[file]
        if (file, key) in self.dropped:
            raise _Lost(f"{what} {key} is not imported ({self.dropped[file, key]})")
        if key in table.rows:
            return table.rows[key]
        if key in table.lost:
            raise _Lost(f"{what} {key} is not imported ({table.lost[key]})")
        raise _Lost(f"{what} {key} is not in {file}.csv")

    def tell(self, row: Row, verdict: Verdict, kind: str, reason: str, name: str = "") -> None:
        """Keep a finding about a row."""
        self.plan.findings.append(Finding(row.place, verdict, kind, name or row_name(row), reason))

    def drop(self, file: str, row: Row, kind: str, reason: str, verdict: Verdict = Verdict.REFUSED) -> None:
        """Leave a row out, and remember that it was, for the rows that need it."""
        self.dropped[file, row.source_id] = row.place
        self.tell(row, verdict, kind, reason)

    def school(self, key: str) -> str:
        """The school that a reference means. Raises _Lost."""
        row = self.find("orgs", key, "organisation")
        if key not in self.schools:
            raise _Lost(f"organisation {key} is a {row.text('type')} and not a school")
        return key

    def first_school(self, keys: tuple[str, ...]) -> str:
        """The first school among references to organisations. Raises _Lost with the first reason."""
        reasons = []
        for key in keys:
            try:
                return self.school(key)
            except _Lost as lost:
                reasons.append(str(lost))
        raise _Lost(reasons[0] if reasons else "no organisation is given")

    def year_of(self, session: str) -> str:
        """The school year that an academic session is or lies in. Raises _Lost."""
        row = self.find("academicSessions", session, "academic session")
        for _ in range(_MAX_PARENTS):
            if row.text("type") == "schoolYear":
                return row.source_id
            parent = row.text("parentSourcedId")
            if not parent:
                return self._year_by_name(row)
            row = self.find("academicSessions", parent, "academic session")
        raise _Lost(f"academic session {session} lies in itself")

    def _year_by_name(self, row: Row) -> str:
        years = [each for each in self.tables["academicSessions"] if each.text("type") == "schoolYear"]
        same = [each for each in years if each.text("schoolYear") == row.text("schoolYear") != ""]
        if len(same) != 1:
            raise _Lost(f"academic session {row.source_id} names no school year it lies in")
        return same[0].source_id


def _plan_schools(draft: _Draft) -> None:
    for row in draft.tables["orgs"]:
        if row.text("type") != "school":
            draft.tell(row, Verdict.SKIPPED, "campus", f"a {row.text('type')} and not a school")
            continue
        draft.schools.add(row.source_id)
        draft.plan.schools.append(School(row.place, row.source_id, row.text("name"), row.text("identifier")))


def _plan_classes(draft: _Draft) -> None:
    """Find school, course and year of each class; home rooms and groups are told apart here."""
    for row in draft.tables["classes"]:
        is_room = row.text("classType") == "homeroom"
        try:
            course = draft.find("courses", row.text("courseSourcedId"), "course")
            school = draft.school(row.text("schoolSourcedId"))
            year = _year_of_class(draft, row, course)
            grade = _grade_of_room(row, course) if is_room else ""
        except _Lost as lost:
            draft.drop("classes", row, "section" if is_room else "subject group", str(lost))
            continue
        title, code = row.text("title"), row.text("classCode") or row.text("title")
        draft.classes[row.source_id] = row
        draft.class_years[row.source_id] = year
        if is_room:
            draft.rooms.add(row.source_id)
            draft.plan.rooms.append(HomeRoom(row.place, row.source_id, school, year, grade, title, code))
        else:
            draft.plan.groups.append(
                Group(row.place, row.source_id, school, year, course.source_id, title, code)
            )


def _drop_backward_sessions(draft: _Draft) -> None:
    for row in draft.tables["academicSessions"]:
        starts, ends = row.day("startDate"), row.day("endDate")
        if starts is None or ends is None or starts >= ends:
            draft.drop("academicSessions", row, "academic session", "endDate is not after startDate")


def _year_of_class(draft: _Draft, row: Row, course: Row) -> str:
    sessions = row.many("termSourcedIds") or course.many("schoolYearSourcedId")
    if not sessions:
        raise _Lost("neither the class nor its course names an academic session")
    return draft.year_of(sessions[0])


def _grade_of_room(row: Row, course: Row) -> str:
    """The grade of a home room: its first one, or that of a course for one grade."""
    grades = row.many("grades")
    if grades:
        return grades[0]
    if len(course.many("grades")) == 1:
        return course.many("grades")[0]
    raise _Lost("the home room names no grade, so its class is not known")


def _plan_sessions(draft: _Draft) -> None:
    """A year goes to every school that has a class in it; a year without classes to every school."""
    users_of_year: dict[str, list[str]] = defaultdict(list)
    taught = [(room.year_id, room.school_id) for room in draft.plan.rooms]
    taught += [(group.year_id, group.school_id) for group in draft.plan.groups]
    for year, school in dict.fromkeys(taught):
        users_of_year[year].append(school)
    every = [school.source_id for school in draft.plan.schools]
    for row in draft.tables["academicSessions"]:
        starts, ends = row.day("startDate"), row.day("endDate")
        if ("academicSessions", row.source_id) in draft.dropped or starts is None or ends is None:
            continue
        title = row.text("title")
        try:
            year = draft.year_of(row.source_id)
        except _Lost as lost:
            draft.drop("academicSessions", row, "term", str(lost))
            continue
        for school in users_of_year.get(year) or every:
            if year == row.source_id:
                draft.plan.years.append(Year(row.place, year, school, title, starts, ends))
            else:
                draft.plan.terms.append(Term(row.place, row.source_id, school, year, title, starts, ends))


def _plan_subjects(draft: _Draft) -> None:
    """A course is a subject of the schools that teach it. One that only holds home rooms is none."""
    schools: dict[str, list[str]] = defaultdict(list)
    for group in draft.plan.groups:
        if group.school_id not in schools[group.course_id]:
            schools[group.course_id].append(group.school_id)
    holds_rooms = {draft.classes[key].text("courseSourcedId") for key in draft.rooms}
    for row in draft.tables["courses"]:
        owners = schools.get(row.source_id, [])
        if not owners and row.source_id in holds_rooms:
            draft.tell(row, Verdict.SKIPPED, "subject", "holds home rooms only")
            continue
        try:
            owners = owners or [draft.school(row.text("orgSourcedId"))]
        except _Lost as lost:
            draft.drop("courses", row, "subject", str(lost))
            continue
        code = row.text("courseCode")
        for school in owners:
            draft.plan.subjects.append(
                Subject(row.place, row.source_id, school, row.text("title"), code, row.many("grades"))
            )


def _plan_users(draft: _Draft) -> None:
    roles = _roles_of_users(draft)
    about = _demographics_of_users(draft)
    for row in draft.tables["users"]:
        what = roles.get(row.source_id)
        if what is None:
            reason = "no role in roles.csv" if draft.bundle.version == "1.2" else "no school and role"
            draft.drop("users", row, "user", reason)
            continue
        if not row.text("givenName") and not row.text("familyName"):
            draft.drop("users", row, "user", "neither givenName nor familyName is filled")
            continue
        more = about.get(row.source_id)
        user = User(
            row.place,
            row.source_id,
            row.text("givenName"),
            row.text("middleName"),
            row.text("familyName"),
            row.flag("enabledUser") is not False,
            row.text("email"),
            tuple(filter(None, (row.text("sms"), row.text("phone")))),
            what.student_at,
            what.guardian_at,
            what.staff_at,
            what.staff_role,
            more.place if more else None,
            more.day("birthDate") if more else None,
            more.text("sex") if more else "",
        )
        draft.users[row.source_id] = user
        draft.plan.users.append(user)
    for row in about.values():
        if row.source_id not in draft.users:
            place = draft.dropped[("users", row.source_id)]
            draft.tell(row, Verdict.REFUSED, "birth date and sex", f"user is not imported ({place})")


def _demographics_of_users(draft: _Draft) -> dict[str, Row]:
    about = {}
    for row in draft.tables["demographics"]:
        try:
            draft.find("users", row.source_id, "user")
        except _Lost as lost:
            draft.tell(row, Verdict.REFUSED, "birth date and sex", str(lost))
        else:
            about[row.source_id] = row
    return about


def _role_rows(draft: _Draft) -> Iterator[tuple[Row, str, str, tuple[str, ...]]]:
    """Row, user, role and organisations, main roles first: from roles.csv, or in 1.1 from users.csv."""
    if draft.bundle.version == "1.1":
        for row in draft.tables["users"]:
            orgs = (*row.many("orgSourcedIds"), *row.many("primaryOrgSourcedId"))
            yield row, row.source_id, row.text("role"), orgs
        return
    rows = sorted(draft.tables["roles"], key=lambda row: row.text("roleType") == "secondary")
    for row in rows:
        user = row.text("userSourcedId")
        known = draft.tables["users"].rows.get(user)
        orgs = (row.text("orgSourcedId"), *(known.many("primaryOrgSourcedId") if known else ()))
        yield row, user, row.text("role"), orgs


def _roles_of_users(draft: _Draft) -> dict[str, _Roles]:
    """What each user is. Main roles come first, so that they decide school and designation."""
    roles: dict[str, _Roles] = {}
    for row, user, role, orgs in _role_rows(draft):
        try:
            draft.find("users", user, "user")
            school = draft.first_school(orgs)
        except _Lost as lost:
            if draft.bundle.version == "1.1":
                draft.drop("users", row, "user", str(lost))
            else:
                draft.tell(row, Verdict.REFUSED, "role", str(lost), name=role)
            continue
        what = roles.setdefault(user, _Roles())
        if role == "student":
            what.student_at = what.student_at or school
        elif role in GUARDIAN_ROLES:
            what.guardian_at = what.guardian_at or school
        elif role in STAFF_ROLES and what.staff_at is None:
            what.staff_at, what.staff_role = school, role
    return {key: what for key, what in roles.items() if ("users", key) not in draft.dropped}


def _plan_links(draft: _Draft) -> None:
    """Who answers for whom: named on the child's row, on the guardian's row, or on both."""
    seen: set[tuple[str, str]] = set()
    by_role = sorted(draft.users.values(), key=lambda user: user.student_at is None)
    for user in by_role:  # the children's rows first: their order says who is the first guardian
        row = draft.tables["users"].rows[user.source_id]
        for key in row.many("agentSourcedIds"):
            try:
                pair = _pair(draft, user, key)
            except _Lost as lost:
                draft.tell(row, Verdict.REFUSED, "guardian of a student", str(lost))
                continue
            if pair not in seen:
                seen.add(pair)
                draft.plan.links.append(GuardianLink(user.place, *pair))


def _pair(draft: _Draft, user: User, key: str) -> tuple[str, str]:
    """Student and guardian of a link. Raises _Lost."""
    draft.find("users", key, "user")
    other = draft.users[key]
    if other is user:
        raise _Lost(f"user {key} is named as their own agent")
    if user.student_at and other.guardian_at:
        return user.source_id, other.source_id
    if user.guardian_at and other.student_at:
        return other.source_id, user.source_id
    raise _Lost(f"user {key} has no role that makes one of the two a student and the other a guardian")


def _plan_enrolments(draft: _Draft) -> None:
    for row in draft.tables["enrollments"]:
        role, class_id, user_id = row.text("role"), row.text("classSourcedId"), row.text("userSourcedId")
        is_room = class_id in draft.rooms
        kind = _kind_of_enrolment(role, draft.tables["classes"].rows.get(class_id))
        name = draft.users[user_id].full_name if user_id in draft.users else row_name(row)
        try:
            draft.find("classes", class_id, "class")
            draft.find("users", user_id, "user")
            user = draft.users[user_id]
            _check_role(user, role)
            begins, ends = row.day("beginDate"), row.day("endDate")
            if begins and ends and begins > ends:
                raise _Lost("endDate lies before beginDate")
        except _Lost as lost:
            draft.tell(row, Verdict.REFUSED, kind, str(lost), name)
            continue
        if role == "student" and is_room:
            draft.plan.seats.append(Seat(row.place, row.source_id, user_id, class_id, begins, ends))
        elif role == "student":
            draft.plan.group_students.append(Membership(row.place, user_id, class_id))
        elif role != "teacher":
            draft.tell(row, Verdict.SKIPPED, kind, f"a class has students and teachers here, no {role}", name)
        elif not is_room:
            draft.plan.group_teachers.append(Membership(row.place, user_id, class_id))
        elif row.flag("primary"):
            draft.plan.head_teachers.append(HeadTeacher(row.place, user_id, class_id))
        else:
            draft.tell(row, Verdict.SKIPPED, kind, "not the primary teacher of the home room", name)


def _kind_of_enrolment(role: str, row: Row | None) -> str:
    """What the row was to be, also where its class is refused or unknown."""
    kind = row.text("classType") if row else ""
    if role == "student":
        return "student of a group" if kind == "scheduled" else "enrolment"
    return "class teacher" if kind == "homeroom" else "teacher of a group"


def _check_role(user: User, role: str) -> None:
    if role == "student" and not user.student_at:
        raise _Lost(f"user {user.source_id} is no student")
    if role != "student" and not user.staff_at:
        raise _Lost(f"user {user.source_id} does not work at the school")
