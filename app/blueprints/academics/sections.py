"""Sections, their pupils and their teachers."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.academics.area import (
    Place,
    blueprint,
    campus_code,
    ensure_edits,
    get_place,
    load_to_edit,
    place_to_edit,
    search_words,
    trail,
)
from app.blueprints.academics.forms import REGISTER_WORDS, AssignmentForm, NewSectionForm, SectionForm
from app.domain.academics.policies import may_see_pupils
from app.domain.academics.queries import (
    SectionView,
    YearView,
    find_current_year,
    get_assignment,
    get_section,
    list_assignments,
    list_classes,
    list_enrolled,
    list_sections,
    list_subjects,
    list_years,
)
from app.domain.academics.rules import MANY_SECTIONS
from app.domain.academics.services import (
    add_section,
    assign_teacher,
    change_section,
    remove_assignment,
    remove_section,
)
from app.domain.kernel.access import Permission
from app.domain.kernel.names import matches, search_key
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import list_staff_choices
from app.web.access import current_actor, requires
from app.web.admission import SHIFT_WORDS
from app.web.editing import Crumbs, Editing, Removal, edited, removed
from app.web.headers import keepable
from app.web.htmx import render_page
from app.web.i18n import local_plain
from app.web.once import creates


def _crumbs(campus_id: UUID, *more: tuple[object, str | None]) -> Crumbs:
    return trail((gettext("Sections"), url_for("academics.sections", campus=campus_code(campus_id))), *more)


def _title(section: SectionView) -> str:
    title: str = gettext(
        "%(school_class)s, section %(section)s",
        school_class=local_plain(section.class_name),
        section=local_plain(section.name),
    )
    return title


def _found(sections: list[SectionView], wanted: str) -> list[SectionView]:
    """The sections whose class, own name or class teacher is looked for."""
    if not wanted:
        return sections
    return [
        section
        for section in sections
        if matches(
            search_key(
                section.class_code,
                section.code,
                *section.class_name.to_dict().values(),
                *section.name.to_dict().values(),
                *(section.class_teacher.to_dict().values() if section.class_teacher else ()),
            ),
            wanted,
        )
    ]


def _year_of_list(place: Place, years: list[YearView]) -> YearView | None:
    """The year named by `?year=`, else the current one."""
    named = [year for year in years if year.name == request.args.get("year")]
    return named[0] if named else find_current_year(place.campus.id)


def _of_one_class(
    sections: list[SectionView],
) -> tuple[list[tuple[str, LocalText, int, bool]], list[SectionView]]:
    """The sections to show: of very many those of the class named by `?class=`, else of the first. And the classes to
    choose from: code, name, number of sections, whether it is the one shown.
    """
    if len(sections) <= MANY_SECTIONS:
        return [], sections
    parts = [list(part) for _, part in groupby(sections, key=lambda section: section.class_id)]
    wanted = request.args.get("class")
    shown = next((part for part in parts if part[0].class_code == wanted), parts[0])
    return [(part[0].class_code, part[0].class_name, len(part), part is shown) for part in parts], shown


@blueprint.route("/sections/")
@requires(Permission.ACADEMICS_READ)
@keepable
def sections() -> Response:
    """The sections of a campus in one year with their seats and class teachers."""
    place = get_place()
    years = list_years(place.campus.id)
    year = _year_of_list(place, years)
    wanted = search_words()
    known = list_sections(current_actor(), campus_id=place.campus.id, year_id=year.id) if year else []
    found = _found(known, wanted)
    classes, shown = _of_one_class(found)
    return render_page(
        "academics/sections.html",
        place=place,
        years=years,
        year=year,
        sections=shown,
        found=len(found),
        classes=classes,
        any_known=bool(known),
        wanted=wanted,
        shifts=SHIFT_WORDS,
    )


@blueprint.route("/sections/<uuid:section_id>")
@requires(Permission.ACADEMICS_READ)
@keepable
def section(section_id: UUID) -> Response:
    """One section: seats, teachers by subject, and its pupils for those who may see them."""
    actor = current_actor()
    found = get_section(actor, section_id)
    sees_pupils = may_see_pupils(actor, found.campus_id, section_id)
    return render_page(
        "academics/section.html",
        section=found,
        title=_title(found),
        pupils=list_enrolled(section_id) if sees_pupils else None,
        assignments=list_assignments(section_id),
        may_edit=actor.may(Permission.ACADEMICS_EDIT, found.campus_id),
        crumbs_before=_crumbs(found.campus_id),
        shifts=SHIFT_WORDS,
        register_words=REGISTER_WORDS,
    )


@blueprint.route("/sections/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_section_page() -> Response:
    """Open a section of a class for a year."""
    actor, campus = current_actor(), place_to_edit().campus
    return edited(
        Editing(
            title=gettext("Open a section"),
            act=gettext("Open the section"),
            done=gettext("The section is open."),
            crumbs=_crumbs(campus.id),
            back=url_for("academics.sections", campus=campus.code),
            form=partial(
                NewSectionForm, list_years(campus.id), list_classes(campus.id), list_staff_choices(campus.id)
            ),
            save=lambda form: add_section(
                actor, form.class_id.key, form.academic_year_id.key, form.details()
            ),
            onward=lambda key: url_for("academics.section", section_id=key),
        )
    )


@blueprint.route("/sections/<uuid:section_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_section(section_id: UUID) -> Response:
    """Change a section: name, seats, shift, class teacher."""
    actor = current_actor()
    found = load_to_edit(get_section, section_id)
    here = url_for("academics.section", section_id=section_id)
    return edited(
        Editing(
            title=gettext("Edit the section"),
            act=gettext("Save the section"),
            done=gettext("The section is saved."),
            crumbs=_crumbs(found.campus_id, (_title(found), here)),
            back=here,
            form=partial(SectionForm, list_staff_choices(found.campus_id)),
            read=lambda: get_section(actor, section_id),
            save=lambda form: change_section(actor, section_id, form.version.number, form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/sections/<uuid:section_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_section_page(section_id: UUID) -> Response:
    """Ask, then remove a section nobody was ever enrolled in."""
    found = load_to_edit(get_section, section_id)
    here = url_for("academics.section", section_id=section_id)
    return removed(
        Removal(
            title=gettext("Remove this section?"),
            text=gettext(
                "A section can be removed only if nobody was ever enrolled in it. Its teachers are taken off it."
            ),
            act=gettext("Remove the section"),
            done=gettext("The section is removed."),
            crumbs=_crumbs(found.campus_id, (_title(found), here)),
            back=here,
            remove=lambda: remove_section(current_actor(), section_id),
            onward=url_for("academics.sections", campus=campus_code(found.campus_id)),
        )
    )


@blueprint.route("/sections/<uuid:section_id>/teachers/new", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
@creates
def add_assignment_page(section_id: UUID) -> Response:
    """Let a teacher teach a subject in the section."""
    found = load_to_edit(get_section, section_id)
    here = url_for("academics.section", section_id=section_id)
    return edited(
        Editing(
            title=gettext("Assign a teacher"),
            act=gettext("Assign the teacher"),
            done=gettext("The teacher is assigned."),
            crumbs=_crumbs(found.campus_id, (_title(found), here)),
            back=here,
            form=partial(
                AssignmentForm,
                list_subjects(found.campus_id, found.class_id),
                list_staff_choices(found.campus_id),
            ),
            save=lambda form: assign_teacher(current_actor(), section_id, *form.details()),
            onward=lambda _: here,
        )
    )


@blueprint.route("/teacher-assignments/<uuid:assignment_id>/remove", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def remove_assignment_page(assignment_id: UUID) -> Response:
    """Ask, then take a teacher off a subject."""
    actor = current_actor()
    found = get_assignment(actor, assignment_id)
    ensure_edits(found.campus_id)
    where = get_section(actor, found.section_id)
    here = url_for("academics.section", section_id=found.section_id)
    return removed(
        Removal(
            title=gettext("Take the teacher off this subject?"),
            text=gettext(
                "%(teacher)s no longer teaches %(subject)s here and does not see this section any more.",
                teacher=local_plain(found.teacher),
                subject=local_plain(found.subject),
            ),
            act=gettext("Take the teacher off"),
            done=gettext("The teacher is taken off the subject."),
            crumbs=_crumbs(found.campus_id, (_title(where), here)),
            back=here,
            remove=lambda: remove_assignment(actor, assignment_id),
            onward=here,
        )
    )
