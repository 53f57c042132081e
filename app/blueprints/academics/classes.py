"""Classes and subjects."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.academics.area import (
    blueprint,
    campus_code,
    get_place,
    load_to_edit,
    place_to_edit,
    search_words,
    trail,
)
from app.blueprints.academics.forms import ClassForm, SubjectForm
from app.domain.academics.queries import (
    find_current_year,
    get_class,
    get_subject,
    list_classes,
    list_sections,
    list_subjects,
)
from app.domain.academics.rules import MANY_SECTIONS
from app.domain.academics.services import (
    add_class,
    add_subject,
    change_class,
    change_subject,
    remove_class,
    remove_subject,
)
from app.domain.kernel.access import Permission
from app.domain.kernel.names import matches, search_key
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.i18n import local
from app.web.once import creates


def _class_crumbs(campus_id: UUID, *more: tuple[object, str | None]) -> Crumbs:
    return trail((gettext("Classes"), url_for("academics.classes", campus=campus_code(campus_id))), *more)


@blueprint.route("/classes/")
@requires(Permission.ACADEMICS_READ)
@keepable
def classes() -> Response:
    """The classes of a campus with their sections of the current year."""
    place = get_place()
    year = find_current_year(place.campus.id)
    sections = list_sections(current_actor(), campus_id=place.campus.id, year_id=year.id) if year else []
    return render_page(
        "academics/classes.html",
        place=place,
        classes=list_classes(place.campus.id),
        sections={key: list(part) for key, part in groupby(sections, key=lambda section: section.class_id)},
        are_many=len(sections) > MANY_SECTIONS,
        year=year,
    )


@blueprint.route("/classes/<uuid:class_id>")
@requires(Permission.ACADEMICS_READ)
@keepable
def class_page(class_id: UUID) -> Response:
    """One class: its sections of every year and what is taught in it."""
    actor = current_actor()
    found = get_class(actor, class_id)
    return render_page(
        "academics/class.html",
        school_class=found,
        sections=list_sections(actor, class_id=class_id),
        subjects=list_subjects(found.campus_id, class_id),
        may_edit=actor.may(Permission.ACADEMICS_EDIT, found.campus_id),
        campus=campus_code(found.campus_id),
        crumbs_before=_class_crumbs(found.campus_id),
    )


@blueprint.route("/classes/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_class_page() -> Response:
    """Add a class."""
    campus = place_to_edit().campus
    return edited(
        Editing(
            title=gettext("Add a class"),
            act=gettext("Add the class"),
            done=gettext("The class is added."),
            crumbs=_class_crumbs(campus.id),
            back=url_for("academics.classes", campus=campus.code),
            form=ClassForm,
            save=lambda form: add_class(current_actor(), campus.id, form.details()),
            onward=lambda key: url_for("academics.class_page", class_id=key),
        )
    )


@blueprint.route("/classes/<uuid:class_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_class(class_id: UUID) -> Response:
    """Change a class."""
    actor = current_actor()
    found = load_to_edit(get_class, class_id)
    here = url_for("academics.class_page", class_id=class_id)
    return edited(
        Editing(
            title=gettext("Edit the class"),
            act=gettext("Save the class"),
            done=gettext("The class is saved."),
            crumbs=_class_crumbs(found.campus_id, (local(found.name), here)),
            back=here,
            form=ClassForm,
            read=lambda: get_class(actor, class_id),
            save=lambda form: change_class(actor, class_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/classes/<uuid:class_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_class_page(class_id: UUID) -> Response:
    """Ask, then remove a class nothing belongs to."""
    found = load_to_edit(get_class, class_id)
    here = url_for("academics.class_page", class_id=class_id)
    return removed(
        Removal(
            title=gettext("Remove this class?"),
            text=gettext(
                "A class can be removed only while no section, no subject and no application belongs to it."
            ),
            act=gettext("Remove the class"),
            done=gettext("The class is removed."),
            crumbs=_class_crumbs(found.campus_id, (local(found.name), here)),
            back=here,
            remove=lambda: remove_class(current_actor(), class_id),
            onward=url_for("academics.classes", campus=campus_code(found.campus_id)),
        )
    )


def _subjects_url(campus_id: UUID) -> str:
    return url_for("academics.subjects", campus=campus_code(campus_id))


def _subject_crumbs(here: str) -> Crumbs:
    return trail((gettext("Subjects"), here))


@blueprint.route("/subjects/")
@requires(Permission.ACADEMICS_READ)
@keepable
def subjects() -> Response:
    """The subjects of a campus, found by name or code."""
    place = get_place()
    wanted = search_words()
    found = [
        subject
        for subject in list_subjects(place.campus.id)
        if matches(search_key(subject.details.code, *subject.details.name.to_dict().values()), wanted)
    ]
    return render_page("academics/subjects.html", place=place, subjects=found, wanted=wanted)


@blueprint.route("/subjects/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_subject_page() -> Response:
    """Add a subject."""
    campus = place_to_edit().campus
    here = url_for("academics.subjects", campus=campus.code)
    return edited(
        Editing(
            title=gettext("Add a subject"),
            act=gettext("Add the subject"),
            done=gettext("The subject is added."),
            crumbs=_subject_crumbs(here),
            back=here,
            form=partial(SubjectForm, list_classes(campus.id)),
            save=lambda form: add_subject(current_actor(), campus.id, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/subjects/<uuid:subject_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_subject(subject_id: UUID) -> Response:
    """Change a subject."""
    actor = current_actor()
    found = load_to_edit(get_subject, subject_id)
    here = _subjects_url(found.campus_id)
    return edited(
        Editing(
            title=gettext("Edit the subject"),
            act=gettext("Save the subject"),
            done=gettext("The subject is saved."),
            crumbs=_subject_crumbs(here),
            back=here,
            form=partial(SubjectForm, list_classes(found.campus_id)),
            read=lambda: get_subject(actor, subject_id),
            save=lambda form: change_subject(actor, subject_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/subjects/<uuid:subject_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_subject_page(subject_id: UUID) -> Response:
    """Ask, then remove a subject nobody teaches."""
    here = _subjects_url(load_to_edit(get_subject, subject_id).campus_id)
    return removed(
        Removal(
            title=gettext("Remove this subject?"),
            text=gettext("A subject can be removed only while no teacher is assigned to it."),
            act=gettext("Remove the subject"),
            done=gettext("The subject is removed."),
            crumbs=_subject_crumbs(here),
            back=here,
            remove=lambda: remove_subject(current_actor(), subject_id),
            onward=here,
        )
    )
