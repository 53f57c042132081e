"""Students: found, shown, added, corrected, and their guardians linked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.people.area import (
    blueprint,
    campus_choices,
    chosen,
    chosen_campus,
    find_student,
    guardians_seen,
    history,
    query_asked,
    student_to_edit,
    students_seen,
)
from app.blueprints.people.forms import (
    GENDER_WORDS,
    RELATIONSHIP_WORDS,
    AddStudentForm,
    EditStudentForm,
    NothingForm,
    RelationshipForm,
    StudentStatusForm,
    differences,
)
from app.domain.academics.queries import (
    EnrolmentView,
    find_current_year,
    get_campus,
    list_campuses,
    list_classes,
    list_enrolments_of,
    seated_student_ids,
    section_choices,
)
from app.domain.academics.types import EnrolmentStatus
from app.domain.accounts.leaving import change_student_status_with_account
from app.domain.admissions.entry.queries import list_student_papers
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Refused
from app.domain.kernel.paging import Page, page_number
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.people.policies import may_edit_guardians, may_edit_student
from app.domain.people.queries import (
    PAGE_SIZE,
    GuardianLine,
    StudentFilter,
    StudentView,
    count_students,
    find_guardian_by_phone,
    list_guardians,
    list_guardians_of,
    list_students,
)
from app.domain.people.rules import birth_registration_warnings
from app.domain.people.services import (
    call_guardian_first,
    link_known_guardian,
    register_student,
)
from app.domain.people.services import edit_student as correct_student
from app.domain.people.services import unlink_guardian as take_guardian_off
from app.domain.people.types import PersonChanged, Relationship, StudentStatus
from app.web.access import current_actor, requires
from app.web.admission import PAPER_WORDS
from app.web.files import send_wanted_size
from app.web.forms import submitted
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale
from app.web.once import creates


@blueprint.route("/students/")
@requires(Permission.STUDENTS_READ)
@keepable
def students() -> Response:
    """The students within reach, narrowed and found."""
    actor = current_actor()
    narrowed = _narrow(actor)
    seen = students_seen(actor)
    wanted = StudentFilter(
        query_asked(),
        narrowed["campus_id"] if len(narrowed["campuses"]) > 1 else None,
        narrowed["seated"],
    )
    counts = count_students(seen, wanted)
    status = _status_wanted()
    number = page_number(request.args.get("page"))
    lines = list_students(seen, wanted, status=status, locale=current_locale(), page=number)
    total = counts.get(status, 0) if status else sum(counts.values())
    page = Page(lines, number, PAGE_SIZE, total)
    context: dict[str, Any] = {"page": page, "counts": counts, "standing": status, "query": wanted.query}
    return render_page(
        "people/students.html", "list", seats=_seats_of(lines), may_add=_may_add(actor), **context, **narrowed
    )


def _may_add(actor: Actor) -> bool:
    return actor.may(Permission.STUDENTS_EDIT)


def _status_wanted() -> StudentStatus | None:
    """Active students where nothing is asked for; `all` is everybody."""
    typed = request.args.get("status", StudentStatus.ACTIVE.value)
    return StudentStatus(typed) if typed in list(StudentStatus) else None


def _narrow(actor: Actor) -> dict[str, Any]:
    """The selects above the list, each offered once the one before it is chosen, and what they choose."""
    campuses = list_campuses(actor, Permission.STUDENTS_READ)
    campus_id = chosen_campus(campuses)
    classes = list_classes(campus_id) if campus_id else []
    class_id = chosen("class", [line.id for line in classes])
    year = find_current_year(campus_id) if campus_id and class_id else None
    sections = section_choices(campus_id, class_id, year.id) if campus_id and class_id and year else []
    section_id = chosen("section", [line.id for line in sections])
    seated = seated_student_ids(class_id=class_id, section_id=section_id) if class_id else None
    return {
        "campuses": campuses,
        "classes": classes,
        "sections": sections,
        "campus_id": campus_id,
        "class_id": class_id,
        "section_id": section_id,
        "seated": seated,
    }


def _seats_of(lines: list[Any]) -> dict[UUID, EnrolmentView]:
    """Where each student of a page sits now: one statement for all of them."""
    seats: dict[UUID, EnrolmentView] = {}
    for enrolment in list_enrolments_of([line.id for line in lines]) if lines else []:
        if enrolment.status is EnrolmentStatus.ACTIVE:
            seats.setdefault(enrolment.student_id, enrolment)
    return seats


@blueprint.route("/students/add", methods=["GET", "POST"])
@requires(Permission.STUDENTS_EDIT)
@creates
def add_student() -> Response:
    """Take a child in without an application."""
    actor = current_actor()
    form = AddStudentForm(campus_choices(actor, Permission.STUDENTS_EDIT))
    if submitted(form) and form.campus_id.key and form.admitted_on.data:
        try:
            student_id = register_student(
                actor,
                form.campus_id.key,
                form.person(),
                admitted_on=form.admitted_on.data,
                birth_registration_no=form.birth_registration_no.data or None,
                previous_school=form.previous_school.data or None,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("The student is recorded. Now link a guardian."), "ok")
            return see_other(url_for("people.student", student_id=student_id))
    return render_page("people/add_student.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/students/<uuid:student_id>")
@requires(Permission.STUDENTS_READ)
def student(student_id: UUID) -> Response:
    """One student on one page."""
    return _student_page(find_student(student_id))


def _student_page(record: StudentView, form: StudentStatusForm | None = None) -> Response:
    actor = current_actor()
    office = may_edit_student(actor, record.campus_id)
    return render_page(
        "people/student.html",
        student=record,
        campus=get_campus(actor, record.campus_id, Permission.STUDENTS_READ),
        guardians=list_guardians_of(record.id),
        enrolments=list_enrolments_of([record.id]),
        history=history(
            actor, ("student", record.id), ("person", record.person.id), campus_id=record.campus_id
        ),
        may_edit=office,
        papers=list_student_papers(record.id) if office else [],
        paper_words=PAPER_WORDS,
        may_link=may_edit_guardians(actor, record.campus_id),
        warnings=birth_registration_warnings(record.birth_registration_no, record.person.born_on)
        if office
        else (),
        form=form or StudentStatusForm(formdata=None, data={"status": record.status.value}),
        gender_words=GENDER_WORDS,
        relationship_words=RELATIONSHIP_WORDS,
        status=422 if form and form.problems else 200,
    )


@blueprint.route("/students/<uuid:student_id>/papers/<uuid:paper_id>")
@requires(Permission.STUDENTS_EDIT)
def paper(student_id: UUID, paper_id: UUID) -> Response:
    """A paper in a student's file: for the office, as it tells the birth registration number."""
    papers = list_student_papers(student_to_edit(student_id).id)
    found = next((each for each in papers if each.id == paper_id), None)
    if found is None:
        raise NotFound
    return send_wanted_size(found.file)


@blueprint.route("/students/<uuid:student_id>/edit", methods=["GET", "POST"])
@requires(Permission.STUDENTS_EDIT)
def edit_student(student_id: UUID) -> Response:
    """Correct what is recorded of a student."""
    record = student_to_edit(student_id)
    form = EditStudentForm(data=_values_of(record))
    if submitted(form):
        try:
            correct_student(
                current_actor(),
                student_id,
                form.version.number,
                form.person(),
                admitted_on=form.admitted_on.data,
                birth_registration_no=form.birth_registration_no.data,
                previous_school=form.previous_school.data,
            )
        except PersonChanged:
            return _both_versions(form, find_student(student_id))
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Saved."), "ok")
            return see_other(url_for("people.student", student_id=student_id))
    code = 422 if form.problems else 200
    return render_page("people/edit_student.html", form=form, student=record, differs=None, status=code)


def _values_of(record: StudentView) -> dict[str, Any]:
    return EditStudentForm.values_of(record.person) | {
        "birth_registration_no": record.birth_registration_no,
        "previous_school": record.previous_school,
        "admitted_on": record.admitted_on,
    }


def _both_versions(form: EditStudentForm, now: StudentView) -> Response:
    """Somebody saved in between: what was typed and what is there side by side; saving again decides."""
    differs = differences(form, EditStudentForm(formdata=None, data=_values_of(now)))
    form.version.data = str(now.person.version)
    return render_page("people/edit_student.html", form=form, student=now, differs=differs, status=409)


@blueprint.route("/students/<uuid:student_id>/status", methods=["POST"])
@requires(Permission.STUDENTS_EDIT)
def change_status(student_id: UUID) -> Response:
    """Say where a student stands with the school now."""
    record = student_to_edit(student_id)
    form = StudentStatusForm()
    if not submitted(form):
        return _student_page(record, form)
    status = StudentStatus(form.status.data)
    if change_student_status_with_account(current_actor(), student_id, record.person.id, status):
        flash(gettext("The status is changed."), "ok")
    return see_other(url_for("people.student", student_id=student_id))


# --- guardians of a student


@blueprint.route("/students/<uuid:student_id>/guardians/link", methods=["GET", "POST"])
@requires(Permission.GUARDIANS_EDIT)
def link_guardian(student_id: UUID) -> Response:
    """Find a guardian by phone or name and let them answer for the student."""
    record, form, query = student_to_edit(student_id), RelationshipForm(), query_asked()
    if submitted(form):
        if form.guardian is None:
            raise NotFound
        made = link_known_guardian(
            current_actor(),
            student_id,
            form.guardian,
            Relationship(form.relationship.data),
            phone=_whole_phone(query),
        )
        flash(gettext("The guardian is linked.") if made else gettext("They were linked already."), "ok")
        return see_other(url_for("people.student", student_id=student_id))
    return render_page(
        "people/link_guardian.html",
        student=record,
        form=form,
        query=query,
        candidates=_candidates(query),
        linked={line.guardian_id for line in list_guardians_of(student_id)},
        status=422 if form.problems else 200,
    )


def _whole_phone(query: str) -> str | None:
    try:
        return normalise_mobile(query)
    except PhoneError:
        return None


def _candidates(query: str) -> list[GuardianLine]:
    """Who answers the query within reach; a whole phone number also finds the guardian of another campus."""
    if not query:
        return []
    found, _ = list_guardians(guardians_seen(current_actor()), query, locale=current_locale(), size=10)
    phone = _whole_phone(query)
    known = find_guardian_by_phone(phone) if phone and not found else None
    return [GuardianLine(known.guardian_id, known.names, known.phone, None)] if known else found


@blueprint.route("/students/<uuid:student_id>/guardians/<uuid:guardian_id>/unlink", methods=["GET", "POST"])
@requires(Permission.GUARDIANS_EDIT)
def unlink_guardian(student_id: UUID, guardian_id: UUID) -> Response:
    """Ask, and take a guardian off a student."""
    record = student_to_edit(student_id)
    guardian = next((line for line in list_guardians_of(student_id) if line.guardian_id == guardian_id), None)
    if guardian is None:
        raise NotFound
    form = NothingForm()
    if submitted(form):
        take_guardian_off(current_actor(), student_id, guardian_id)
        flash(gettext("The guardian no longer answers for this student."), "ok")
        return see_other(url_for("people.student", student_id=student_id))
    return render_page("people/unlink_guardian.html", "confirm", student=record, guardian=guardian)


@blueprint.route("/students/<uuid:student_id>/guardians/<uuid:guardian_id>/call-first", methods=["POST"])
@requires(Permission.GUARDIANS_EDIT)
def call_first(student_id: UUID, guardian_id: UUID) -> Response:
    """Make a guardian the one who is called first."""
    student_to_edit(student_id)
    call_guardian_first(current_actor(), student_id, guardian_id)
    flash(gettext("Saved."), "ok")
    return see_other(url_for("people.student", student_id=student_id))
