"""Weeks: the list of sections, the grid of one, a slot and the whole of it to edit, and the week of a teacher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.timetable.area import blueprint, trail, where
from app.blueprints.timetable.forms import KEPT, LessonForm, SentWeek, read_week, seen_of, slot_name, week_of
from app.domain.academics.policies import ensure_may
from app.domain.academics.queries import (
    SectionView,
    find_current_year,
    list_assignments,
    list_sections,
    list_subjects,
)
from app.domain.academics.timetable.queries import (
    LessonView,
    TeacherWeek,
    WeekView,
    count_lessons,
    find_clashes,
    find_own_staff_id,
    get_week,
    get_week_of_teacher,
)
from app.domain.academics.timetable.services import set_lesson, set_week
from app.domain.academics.timetable.types import LessonDetails, Slot
from app.domain.kernel import clock
from app.domain.kernel.access import Permission
from app.domain.kernel.dates import weekday_name
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import NotFound, Refused, Stale
from app.domain.people.queries import list_staff_choices
from app.web.access import current_actor, requires
from app.web.editing import Crumbs, Editing, edited
from app.web.errors import message_of
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale, local_plain


def _title(section: SectionView | LessonView) -> str:
    name = section.name if isinstance(section, SectionView) else section.section_name
    title: str = gettext(
        "%(school_class)s, section %(section)s",
        school_class=local_plain(section.class_name),
        section=local_plain(name),
    )
    return title


@blueprint.route("/")
@requires(Permission.ACADEMICS_READ)
@keepable
def index() -> Response:
    """The reader's own week, where there is one, and the weeks of the sections of a campus."""
    actor, place = current_actor(), where()
    year = find_current_year(place.campus.id, clock.today())
    staff_id = find_own_staff_id(actor)
    own = get_week_of_teacher(actor, staff_id, clock.today()) if staff_id else None
    sections = list_sections(actor, campus_id=place.campus.id, year_id=year.id) if year else []
    return render_page(
        "timetable/index.html",
        place=place,
        year=year,
        own=own,
        days=_by_day(own.lessons) if own else [],
        clashing=_clashing(own) if own else set(),
        classes=[list(part) for _, part in groupby(sections, key=lambda each: each.class_id)],
        counts=count_lessons(year.id) if year else {},
    )


def _by_day(lessons: Iterable[LessonView]) -> list[tuple[int, list[LessonView]]]:
    """The lessons under their ISO weekdays, in the order a week is read here: Sunday first."""
    days = [(day, list(part)) for day, part in groupby(lessons, key=lambda each: each.slot.weekday)]
    return sorted(days, key=lambda each: each[0] % 7)


def _clashing(week: TeacherWeek) -> set[tuple[UUID, Slot]]:
    """The lessons of a teacher that lie on top of another."""
    pairs = find_clashes(week.lessons)
    return {(each.section_id, each.slot) for pair in pairs for each in pair}


@blueprint.route("/teachers/<uuid:staff_id>")
@requires(Permission.ACADEMICS_READ)
@keepable
def teacher(staff_id: UUID) -> Response:
    """The week of a teacher."""
    week = get_week_of_teacher(current_actor(), staff_id, clock.today())
    return render_page(
        "timetable/teacher.html",
        week=week,
        days=_by_day(week.lessons),
        clashing=_clashing(week),
        crumbs_before=trail(),
    )


@blueprint.route("/sections/<uuid:section_id>/")
@requires(Permission.ACADEMICS_READ)
@keepable
def week(section_id: UUID) -> Response:
    """The week of a section."""
    actor = current_actor()
    found = get_week(actor, section_id)
    return render_page(
        "timetable/week.html",
        week=found,
        title=_title(found.section),
        may_edit=actor.may(Permission.ACADEMICS_EDIT, found.section.campus_id),
        crumbs_before=trail(),
    )


def _to_edit(section_id: UUID) -> WeekView:
    actor = current_actor()
    found = get_week(actor, section_id)
    campus_id = found.section.campus_id
    ensure_may(actor, Permission.ACADEMICS_EDIT, campus_id, to_read=Permission.ACADEMICS_READ)
    return found


def _crumbs(found: WeekView) -> Crumbs:
    return trail((_title(found.section), url_for("timetable.week", section_id=found.section.id)))


@dataclass(frozen=True)
class _SlotView:
    """A slot as its form reads it: version 0 and nothing where no lesson stands."""

    version: int
    details: LessonDetails | None


def _slot_view(section_id: UUID, slot: Slot) -> _SlotView:
    lesson = get_week(current_actor(), section_id).lessons.get(slot)
    return _SlotView(lesson.version, lesson.details) if lesson else _SlotView(0, None)


@blueprint.route("/sections/<uuid:section_id>/<int:weekday>/<int:period>", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_lesson(section_id: UUID, weekday: int, period: int) -> Response:
    """Say what stands in one slot of a week."""
    found, slot = _to_edit(section_id), Slot(weekday, period)
    if weekday not in range(1, 8) or period not in {each.period for each in found.bells}:
        raise NotFound
    section = found.section
    here = url_for("timetable.week", section_id=section_id)
    subjects = list_subjects(section.campus_id, section.class_id)
    return edited(
        Editing(
            title=_slot_words(slot),
            act=gettext("Save the lesson"),
            done=gettext("The lesson is saved."),
            crumbs=_crumbs(found),
            back=here,
            form=partial(LessonForm, subjects, list_staff_choices(section.campus_id)),
            read=lambda: _slot_view(section_id, slot),
            save=lambda form: _save_lesson(section_id, slot, form),
            onward=lambda _: here,
        )
    )


def _slot_words(slot: Slot) -> str:
    locale = current_locale()
    words: str = gettext(
        "%(weekday)s, period %(period)s",
        weekday=weekday_name(slot.weekday - 1, locale),
        period=to_local_digits(str(slot.period), locale),
    )
    return words


def _save_lesson(section_id: UUID, slot: Slot, form: LessonForm) -> None:
    set_lesson(current_actor(), section_id, slot, form.version.number, form.details())
    _warn(get_week(current_actor(), section_id), {slot})


def _warn(found: WeekView, slots: Iterable[Slot]) -> None:
    """Say whose lessons lie on top of another: it is stored, because two sections may be taught together."""
    for slot in sorted(slots):
        for other in found.elsewhere.get(slot, ()):
            words = gettext(
                "%(teacher)s also has %(section)s at this time: %(slot)s.",
                teacher=local_plain(other.teacher) if other.teacher else "",
                section=_title(other),
                slot=_slot_words(slot),
            )
            flash(words, "warn")


@blueprint.route("/sections/<uuid:section_id>/edit", methods=["GET", "POST"])
@requires(Permission.ACADEMICS_EDIT)
def edit_week(section_id: UUID) -> Response:
    """Edit the whole week of a section at once."""
    found = _to_edit(section_id)
    if request.method == "GET":
        return _show_form(found, SentWeek({}, None))
    sent = read_week(request.form, _slots(found))
    assignments = {str(each.id): each for each in list_assignments(section_id)}
    chosen = week_of(sent, found.lessons, assignments)
    if chosen is None or sent.seen is None:
        return _show_form(
            found, sent, problem=gettext("The week did not arrive whole. Look through it and send it again.")
        )
    try:
        set_week(current_actor(), section_id, chosen, seen=sent.seen)
    except Stale as error:
        return _show_form(get_week(current_actor(), section_id), sent, problem=message_of(error), status=409)
    except Refused as error:
        return _show_form(found, sent, problem=message_of(error))
    flash(gettext("The week is saved."), "ok")
    saved = get_week(current_actor(), section_id)
    changed = {slot for slot, each in chosen.items() if not _is_same(found.lessons.get(slot), each)}
    _warn(saved, changed)
    return see_other(url_for("timetable.week", section_id=section_id))


def _is_same(there: LessonView | None, lesson: LessonDetails) -> bool:
    return there is not None and there.details == lesson


def _slots(found: WeekView) -> list[Slot]:
    return [Slot(day, bell.period) for day in found.weekdays for bell in found.bells]


def _show_form(
    found: WeekView, sent: SentWeek, *, problem: str | None = None, status: int | None = None
) -> Response:
    assignments = list_assignments(found.section.id)
    by_pair = {(each.subject_id, each.staff_id): str(each.id) for each in assignments}
    chosen = {
        slot: by_pair.get((each.subject_id, each.staff_id or UUID(int=0)), KEPT)
        for slot, each in found.lessons.items()
    }
    return render_page(
        "timetable/edit_week.html",
        week=found,
        title=_title(found.section),
        assignments=assignments,
        chosen=chosen | sent.answers,
        stored=chosen,
        is_kept=KEPT,
        slot_name=slot_name,
        slot_of=Slot,
        seen=seen_of(found.lessons),
        problems=[(None, problem)] if problem else [],
        crumbs_before=_crumbs(found),
        status=status or (422 if problem else 200),
    )
