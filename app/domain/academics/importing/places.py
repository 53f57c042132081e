"""Campuses, years, terms, classes, sections, subjects and subject groups.

What is there already is recognised by its key in the other system; where the school made it by hand, so that
it has no such key, by its code or name. Names follow the other system, codes and what it does not know stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select

from app.db import new_id
from app.domain.academics.importing.grades import class_of_grade
from app.domain.academics.importing.report import Outcome
from app.domain.academics.importing.run import Missing, Run, clean_title, titled
from app.domain.academics.models import (
    AcademicYear,
    Campus,
    SchoolClass,
    Section,
    Subject,
    SubjectGroup,
    Term,
)
from app.domain.academics.rules import covers, overlap
from app.domain.audit.services import record
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.references import YEARS
from app.domain.kernel.texts import TextError, clean_line
from app.integrations.oneroster import School, Year
from app.uow import session

USUAL_SEATS: Final = 40
MOST_SEATS: Final = 200
"""What a section can hold at all, as the table has it."""
_CAMPUS_CODE: Final = 12
_CODE: Final = 20
_GROUP_CODE: Final = 40
_YEAR_NAME: Final = 50


class CampusUnclear(Refused):
    """The campus that was named cannot be the one the bundle is for."""


def store_campuses(run: Run, campus_code: str | None) -> None:
    """Find or make the campus of each school. An existing one keeps its code and its names.

    Raises CampusUnclear where `campus_code` cannot be what was meant.
    """
    campuses = list(session().scalars(select(Campus)))
    if campus_code is not None and len(run.plan.schools) != 1:
        raise CampusUnclear(
            N_("A campus can be named for a bundle of one school; this one has %(count)s."),
            count=len(run.plan.schools),
        )
    for school in run.plan.schools:
        found = next((each for each in campuses if each.source_id == school.source_id), None)
        if campus_code is not None:
            found = _named_campus(campuses, found, campus_code, school)
        if found is None:
            _add_campus(run, school, campus_code, {each.code for each in campuses}, campuses)
            continue
        run.campuses[school.source_id] = found.id
        changed = run.change("campus", found, {"source_id": school.source_id}, campus_id=found.id)
        run.tell_change(school.place, "campus", found.name.in_("en")[0], changed)
    session().flush()


def _named_campus(campuses: list[Campus], found: Campus | None, code: str, school: School) -> Campus | None:
    named = next((each for each in campuses if each.code == code), None)
    if found is not None and found is not named:
        raise CampusUnclear(
            N_("School %(school)s was imported into campus %(campus)s before, not into %(code)s."),
            school=school.source_id,
            campus=found.code,
            code=code,
        )
    if named is not None and named.source_id not in (None, school.source_id):
        raise CampusUnclear(
            N_("Campus %(code)s holds another imported school, %(other)s."), code=code, other=named.source_id
        )
    return named


def _add_campus(
    run: Run, school: School, campus_code: str | None, taken: set[str], campuses: list[Campus]
) -> None:
    initials = "".join(word[0] for word in school.name.split()).upper()[:_CAMPUS_CODE]
    choices = [campus_code] if campus_code else [school.identifier, school.source_id, initials]
    try:
        name = clean_title(school.name)
        code = next(
            (
                code
                for choice in choices
                if (code := clean_line(choice or "")) and len(code) <= _CAMPUS_CODE and code not in taken
            ),
            None,
        )
    except (Missing, TextError) as error:
        run.refuse(school.place, "campus", school.source_id, str(error), school.source_id)
        return
    if code is None:
        reason = "no free code for it; name one with --campus, or the existing campus it belongs to"
        run.refuse(school.place, "campus", name, reason, school.source_id)
        return
    campus = Campus(id=new_id(), code=code, name=titled(name), source_id=school.source_id, rest_days=[5, 6])
    session().add(campus)
    session().flush()
    campuses.append(campus)
    run.campuses[school.source_id] = campus.id
    new = {"code": code, "name": campus.name, "source_id": school.source_id}
    record(run.actor, "campus.added", "campus", campus.id, campus_id=campus.id, new=new)
    run.report.tell(school.place, Outcome.CREATED, "campus", name, f"code {code}")


def store_years(run: Run) -> None:
    """Find or make the academic years. A campus without a current year gets one of the new ones."""
    campus_ids = set(run.campuses.values())
    existing = list(session().scalars(select(AcademicYear).where(AcademicYear.campus_id.in_(campus_ids))))
    planned = {year.source_id for year in run.plan.years}
    made: dict[UUID, list[AcademicYear]] = {}
    for year in run.plan.years:
        try:
            campus_id = run.campus(year.school_id)
            name = clean_title(year.title, _YEAR_NAME)
        except (Missing, TextError) as error:
            run.refuse(year.place, "academic year", year.title, str(error), year.source_id)
            continue
        if year.starts_on.year not in YEARS:
            run.refuse(year.place, "academic year", name, "not between 2000 and 2099", year.source_id)
            continue
        own = [each for each in existing if each.campus_id == campus_id]
        row = _recognise(own, year.source_id, name=name)
        new = {
            "name": name,
            "starts_on": year.starts_on,
            "ends_on": year.ends_on,
            "source_id": year.source_id,
        }
        stored = [run.years[key] for key in run.years if key[0] == year.school_id]
        others = stored + [each for each in own if each.source_id not in planned and each is not row]
        if reason := _clash(name, year, others):
            run.refuse(year.place, "academic year", name, reason, year.source_id)
            continue
        if row is None:
            row = AcademicYear(id=new_id(), campus_id=campus_id, is_current=False, **new)
            session().add(row)
            existing.append(row)
            made.setdefault(campus_id, []).append(row)
            record(run.actor, "year.added", "year", row.id, campus_id=campus_id, new=new)
            run.report.tell(year.place, Outcome.CREATED, "academic year", name)
        else:
            changed = run.change("year", row, new, campus_id=campus_id)
            run.tell_change(year.place, "academic year", name, changed)
        run.years[year.school_id, year.source_id] = row
    for campus_id, years in made.items():
        if not any(each.is_current for each in existing if each.campus_id == campus_id):
            _current_of(years, run.today).is_current = True
    session().flush()


def _clash(name: str, year: Year, others: Iterable[AcademicYear]) -> str:
    """Why a year cannot stand beside the others of its campus, or nothing."""
    for other in others:
        if other.name == name:
            return "the campus has another academic year of this name"
        if overlap(year, other):
            return f"it overlaps with the academic year {other.name}"
    return ""


def _current_of(years: list[AcademicYear], today: date) -> AcademicYear:
    """The year that today lies in, or else the last one."""
    return max(years, key=lambda year: (year.starts_on <= today <= year.ends_on, year.ends_on))


_Row = TypeVar("_Row", AcademicYear, Section, Subject)


def _recognise(rows: Iterable[_Row], source_id: str, **alike: object) -> _Row | None:
    """The row with this key, or else one made by hand that is the same thing."""
    rows = list(rows)
    for row in rows:
        if row.source_id == source_id:
            return row
    return next(
        (
            row
            for row in rows
            if row.source_id is None and all(getattr(row, name) == value for name, value in alike.items())
        ),
        None,
    )


def store_terms(run: Run) -> None:
    """Find or make the terms. A day lies in one term, so of terms within terms the longest are taken."""
    rows = list(session().scalars(select(Term).where(Term.campus_id.in_(set(run.campuses.values())))))
    existing = {(row.campus_id, row.source_id): row for row in rows}
    planned = {term.source_id for term in run.plan.terms}
    stored: list[Term] = []
    for term in sorted(run.plan.terms, key=lambda term: (term.starts_on - term.ends_on, term.place)):
        try:
            year = run.year(term.school_id, term.year_id)
            title = clean_title(term.title)
        except (Missing, TextError) as error:
            run.refuse(term.place, "term", term.title, str(error), term.source_id)
            continue
        if not (covers(year, term.starts_on) and covers(year, term.ends_on)):
            run.refuse(term.place, "term", title, f"not inside the year {year.name}", term.source_id)
            continue
        others = stored + [row for row in rows if row.source_id not in planned]
        around = next((row for row in others if row.academic_year_id == year.id and overlap(term, row)), None)
        if around is not None:
            reason = f"overlaps with the term {around.name.in_('en')[0]}"
            run.report.tell(term.place, Outcome.SKIPPED, "term", title, reason)
            continue
        row = existing.get((year.campus_id, term.source_id))
        new: dict[str, object] = {
            "academic_year_id": year.id,
            "name": titled(title, row.name if row else None),
            "starts_on": term.starts_on,
            "ends_on": term.ends_on,
        }
        if row is None:
            row = Term(id=new_id(), campus_id=year.campus_id, source_id=term.source_id, **new)
            session().add(row)
            record(run.actor, "term.added", "term", row.id, campus_id=year.campus_id, new=new)
            run.report.tell(term.place, Outcome.CREATED, "term", title)
        else:
            changed = run.change("term", row, new, campus_id=year.campus_id)
            run.tell_change(term.place, "term", title, changed)
        stored.append(row)


def store_sections(run: Run) -> None:
    """Find or make the classes and sections of the home rooms, with seats for those who are in them."""
    campus_ids = set(run.campuses.values())
    classes = {
        (row.campus_id, row.code): row
        for row in session().scalars(select(SchoolClass).where(SchoolClass.campus_id.in_(campus_ids)))
    }
    made_here: set[UUID] = set()
    sections = list(session().scalars(select(Section).where(Section.campus_id.in_(campus_ids))))
    sitting: dict[str, int] = {}
    for seat in run.plan.seats:
        sitting[seat.room_id] = sitting.get(seat.room_id, 0) + 1
    for room in run.plan.rooms:
        try:
            year = run.year(room.school_id, room.year_id)
            title, code = clean_title(room.title), clean_line(room.code)
            shape = class_of_grade(clean_line(room.grade))
        except (Missing, TextError) as error:
            run.refuse(room.place, "section", room.title, str(error), room.source_id)
            continue
        school_class = classes.get((year.campus_id, shape.code))
        if school_class is None:
            school_class = SchoolClass(
                id=new_id(), campus_id=year.campus_id, code=shape.code, name=shape.name, level=shape.level
            )
            session().add(school_class)
            session().flush()
            classes[year.campus_id, shape.code] = school_class
            new_class = {"code": shape.code, "name": shape.name, "level": shape.level}
            record(
                run.actor, "class.added", "class", school_class.id, campus_id=year.campus_id, new=new_class
            )
            run.report.tell(room.place, Outcome.CREATED, "class", shape.name.in_("en")[0])
        elif school_class.id not in made_here:
            run.report.tell(room.place, Outcome.UNCHANGED, "class", school_class.name.in_("en")[0])
        made_here.add(school_class.id)
        class_id = school_class.id
        own = [each for each in sections if each.academic_year_id == year.id]
        row = _recognise(own, room.source_id, class_id=class_id, code=code)
        taken = {each.code for each in own if each.class_id == class_id and each is not row}
        new: dict[str, object] = {
            "class_id": class_id,
            "code": _code(row.code if row else None, code, room.source_id, taken),
            "name": titled(title, row.name if row else None),
            "source_id": room.source_id,
        }
        if row is None:
            row = Section(
                id=new_id(),
                campus_id=year.campus_id,
                academic_year_id=year.id,
                capacity=min(MOST_SEATS, max(USUAL_SEATS, sitting.get(room.source_id, 0))),
                **new,
            )
            session().add(row)
            sections.append(row)
            logged = {**new, "year": year.id, "capacity": row.capacity}
            record(run.actor, "section.added", "section", row.id, campus_id=year.campus_id, new=logged)
            run.report.tell(room.place, Outcome.CREATED, "section", title)
        else:
            changed = run.change("section", row, new, campus_id=year.campus_id)
            run.tell_change(room.place, "section", title, changed)
        run.sections[room.source_id] = row
    session().flush()


def _code(stored: str | None, wanted: str, source_id: str, taken: set[str]) -> str:
    """A code that fits and is free: the wanted one, the stored one, the key, or the wanted one with a number.

    It is the same on every run, so that a second one has nothing to change.
    """
    choices = [wanted, stored or "", wanted[:_CODE].strip(), source_id]
    choices += [f"{wanted[: _CODE - 3].strip()}~{number}" for number in range(2, 100)]
    for choice in choices:
        if choice and len(choice) <= _CODE and choice not in taken:
            return choice
    return new_id().hex[:_CODE]


def store_subjects(run: Run) -> None:
    """Find or make the subjects. A course for the grade of one class of ours is a subject of that class."""
    campus_ids = set(run.campuses.values())
    classes = {
        (campus_id, code): key
        for key, campus_id, code in session().execute(
            select(SchoolClass.id, SchoolClass.campus_id, SchoolClass.code).where(
                SchoolClass.campus_id.in_(campus_ids)
            )
        )
    }
    existing = list(session().scalars(select(Subject).where(Subject.campus_id.in_(campus_ids))))
    by_campus: dict[UUID, list[Subject]] = {}
    for row in existing:
        by_campus.setdefault(row.campus_id, []).append(row)
    for subject in run.plan.subjects:
        try:
            campus_id = run.campus(subject.school_id)
            title = clean_title(subject.title)
            wanted = clean_line(subject.code) or title
            grade = clean_line(subject.grades[0]) if len(subject.grades) == 1 else ""
        except (Missing, TextError) as error:
            run.refuse(subject.place, "subject", subject.title, str(error), subject.source_id)
            continue
        class_id = classes.get((campus_id, class_of_grade(grade).code)) if grade else None
        own = by_campus.setdefault(campus_id, [])
        found = _recognise(own, subject.source_id, class_id=class_id, code=wanted)
        taken = {each.code for each in own if each.class_id == class_id and each is not found}
        new: dict[str, object] = {
            "class_id": class_id,
            "code": _code(found.code if found else None, wanted, subject.source_id, taken),
            "name": titled(title, found.name if found else None),
            "source_id": subject.source_id,
        }
        if found is None:
            found = Subject(id=new_id(), campus_id=campus_id, is_mandatory=True, **new)
            session().add(found)
            own.append(found)
            record(run.actor, "subject.added", "subject", found.id, campus_id=campus_id, new=new)
            run.report.tell(subject.place, Outcome.CREATED, "subject", title)
        else:
            changed = run.change("subject", found, new, campus_id=campus_id)
            run.tell_change(subject.place, "subject", title, changed)
        run.subjects[subject.school_id, subject.source_id] = found.id
    session().flush()


def store_groups(run: Run) -> None:
    """Find or make the subject groups."""
    year_ids = {year.id for year in run.years.values()}
    existing = {
        (row.academic_year_id, row.source_id): row
        for row in session().scalars(select(SubjectGroup).where(SubjectGroup.academic_year_id.in_(year_ids)))
    }
    for group in run.plan.groups:
        try:
            year = run.year(group.school_id, group.year_id)
            title, code = clean_title(group.title), clean_line(group.code)[:_GROUP_CODE].strip()
            subject_id = run.subjects.get((group.school_id, group.course_id))
            if subject_id is None:
                raise run.missing("subject", group.course_id)
        except (Missing, TextError) as error:
            run.refuse(group.place, "subject group", group.title, str(error), group.source_id)
            continue
        row = existing.get((year.id, group.source_id))
        new: dict[str, object] = {
            "subject_id": subject_id,
            "code": code,
            "name": titled(title, row.name if row else None),
        }
        if row is None:
            row = SubjectGroup(
                id=new_id(),
                campus_id=year.campus_id,
                academic_year_id=year.id,
                source_id=group.source_id,
                **new,
            )
            session().add(row)
            record(
                run.actor, "subject_group.added", "subject_group", row.id, campus_id=year.campus_id, new=new
            )
            run.report.tell(group.place, Outcome.CREATED, "subject group", title)
        else:
            changed = run.change("subject_group", row, new, campus_id=year.campus_id)
            run.tell_change(group.place, "subject group", title, changed)
        run.groups[group.source_id] = row
    session().flush()
