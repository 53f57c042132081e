"""What a class's score is made of, who marks it, marks, seats of tests and vivas, and the merit list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.scores.forms import (
    ImportForm,
    MarkersForm,
    MoveForm,
    Named,
    NamedView,
    PartForm,
    SentSheet,
    SlotForm,
    TiesForm,
    cells_again,
    read_sheet,
)
from app.blueprints.scores.pages import (
    crumbs_of,
    merit_rows,
    merit_url,
    named_people,
    rows_to_fill,
    scores_url,
    seated,
    sheet_rows,
    shift_asked,
    slots_url,
)
from app.blueprints.scores.words import KIND_WORDS, WHY_WORDS, answer_words, mark_words, tie_words
from app.domain.academics.policies import ensure_may
from app.domain.accounts.queries import list_users_who_may
from app.domain.admissions.rankings.queries import shifts_of
from app.domain.admissions.rankings.types import NotRankable, RankingTaken
from app.domain.admissions.scores.queries import (
    MERIT_SIZE,
    count_left,
    get_class,
    get_merit,
    get_part,
    get_sheet,
    get_sitting,
    get_slot,
    get_ties,
    list_my_parts,
    list_parts,
    list_sittings,
    list_slots,
    list_to_fill,
    look_at_import,
    unseated,
)
from app.domain.admissions.scores.rules import import_mark
from app.domain.admissions.scores.services import (
    add_part,
    add_slot,
    change_part,
    change_slot,
    give_seats,
    import_marks,
    move_seat,
    publish_merit,
    remove_part,
    remove_slot,
    save_marks,
    set_markers,
    set_ties,
)
from app.domain.admissions.scores.types import (
    ClassView,
    ImportMoved,
    MarkedByPeople,
    PartView,
    StaleMarks,
    StillMarking,
)
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import NotFound, Refused
from app.domain.kernel.paging import Page, page_number
from app.integrations.tables import Table
from app.web.access import current_actor, requires
from app.web.admission import METHOD_WORDS
from app.web.editing import Editing, Removal, edited, removed
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import digits, local_plain
from app.web.once import creates
from app.web.proof import requires_recent
from app.web.spreadsheet import send_table
from app.web.tables import FILES
from app.web.urls import status_link

blueprint = Blueprint("scores", __name__, url_prefix="/admissions")

_DECIDE = Permission.APPLICATIONS_DECIDE


def _class(cycle_id: UUID, seat_id: UUID) -> ClassView:
    """A class of a cycle within reach. Raises NotFound."""
    found = get_class(current_actor(), seat_id)
    if found.cycle_id != cycle_id:
        raise NotFound
    return found


def _class_to_edit(cycle_id: UUID, seat_id: UUID) -> ClassView:
    """A class whose score the reader may change. Raises NotFound, Forbidden."""
    found = _class(cycle_id, seat_id)
    ensure_may(current_actor(), _DECIDE, found.campus_id, to_read=Permission.APPLICATIONS_READ)
    return found


def _part_to_edit(part_id: UUID) -> tuple[PartView, ClassView]:
    """A part that the reader may change, and its class. Raises NotFound, Forbidden."""
    part = get_part(current_actor(), part_id)
    ensure_may(current_actor(), _DECIDE, part.campus_id, to_read=Permission.APPLICATIONS_READ)
    return part, get_class(current_actor(), part.seat_id)


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores")
@requires(Permission.APPLICATIONS_READ)
def overview(cycle_id: UUID, seat_id: UUID) -> BaseResponse:
    """What the score of a class is made of, who marks it, and what sets equal scores apart."""
    found, actor = _class(cycle_id, seat_id), current_actor()
    parts = list_parts(seat_id)
    return render_page(
        "scores/overview.html",
        place=found,
        crumbs=crumbs_of(found),
        parts=parts,
        total=sum(part.details.weight for part in parts),
        people=named_people(parts),
        ties=[tie_words(rule, parts) for rule in get_ties(seat_id).rules],
        may_edit=actor.may(_DECIDE, found.campus_id),
        own={part.id for part in parts if actor.user_id in part.markers | part.third},
        methods=METHOD_WORDS,
        kinds=KIND_WORDS,
        mark_words=mark_words,
    )


# --- parts, ties, people


def _editing(
    place: ClassView,
    title: str,
    form: Callable[..., Any],
    save: Callable[[Any], Any],
    *,
    read: Callable[[], Any] | None = None,
    back: str = "",
    part: PartView | None = None,
) -> Editing:
    """The screen on which something of a score is made or changed."""
    back = back or scores_url(place)
    return Editing(
        title=title,
        act=gettext("Save"),
        done=gettext("Saved."),
        crumbs=crumbs_of(place, part, inside=True),
        back=back,
        form=form,
        read=read,
        save=save,
        onward=lambda _: back,
    )


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/parts/new", methods=["GET", "POST"])
@requires(_DECIDE)
@creates
def add_part_page(cycle_id: UUID, seat_id: UUID) -> BaseResponse:
    """Add a part to the score of a class."""
    place = _class_to_edit(cycle_id, seat_id)
    return edited(
        _editing(
            place,
            gettext("Add a part"),
            PartForm,
            lambda form: add_part(current_actor(), seat_id, form.details()),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/edit", methods=["GET", "POST"])
@requires(_DECIDE)
def edit_part(part_id: UUID) -> BaseResponse:
    """Change a part."""
    part, place = _part_to_edit(part_id)
    actor = current_actor()
    return edited(
        _editing(
            place,
            local_plain(part.name),
            PartForm,
            lambda form: change_part(actor, part_id, form.version.number, form.details()),
            read=lambda: get_part(actor, part_id),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/remove", methods=["GET", "POST"])
@requires(_DECIDE)
def remove_part_page(part_id: UUID) -> BaseResponse:
    """Ask, then remove a part."""
    part, place = _part_to_edit(part_id)
    return removed(
        Removal(
            title=gettext("Remove %(name)s?", name=local_plain(part.name)),
            text=gettext("It goes with its weight. A part with marks or seats cannot be removed."),
            act=gettext("Remove"),
            done=gettext("Saved."),
            crumbs=crumbs_of(place, inside=True),
            back=scores_url(place),
            remove=lambda: remove_part(current_actor(), part_id),
            onward=scores_url(place),
        )
    )


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/ties", methods=["GET", "POST"])
@requires(_DECIDE)
def ties(cycle_id: UUID, seat_id: UUID) -> BaseResponse:
    """Say what sets equal scores apart."""
    place, actor = _class_to_edit(cycle_id, seat_id), current_actor()
    parts = list_parts(seat_id)
    return edited(
        _editing(
            place,
            gettext("Equal scores"),
            lambda **given: TiesForm(parts, **given),
            lambda form: set_ties(actor, seat_id, form.version.number, form.details()),
            read=lambda: get_ties(seat_id),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/people", methods=["GET", "POST"])
@requires(_DECIDE)
def markers(part_id: UUID) -> BaseResponse:
    """Name who marks a part."""
    part, place = _part_to_edit(part_id)
    people = list_users_who_may(Permission.APPLICATIONS_SCORE, part.campus_id)

    def read() -> NamedView:
        now = get_part(current_actor(), part_id)
        return NamedView(
            now.version, Named(*([str(key) for key in keys] for keys in (now.markers, now.third)))
        )

    def save(form: MarkersForm) -> None:
        named = form.details()
        keys = ([UUID(key) for key in each] for each in (named.markers, named.third))
        set_markers(current_actor(), part_id, form.version.number, *keys)

    title = gettext("Who marks %(name)s", name=local_plain(part.name))
    return edited(_editing(place, title, lambda **given: MarkersForm(people, **given), save, read=read))


# --- marks


@blueprint.route("/scores/")
@requires(Permission.APPLICATIONS_SCORE)
def mine() -> BaseResponse:
    """The parts that the reader marks."""
    return render_page("scores/mine.html", parts=list_my_parts(current_actor()), kinds=KIND_WORDS)


@blueprint.route("/scores/parts/<uuid:part_id>/marks", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_SCORE)
def marks(part_id: UUID) -> BaseResponse:
    """The sheet of marks: one column to fill, a page of applicants at a time, saved at once."""
    number = page_number(request.args.get("page"))
    sheet = get_sheet(current_actor(), part_id, number)
    if request.method == "GET":
        return _sheet_page(part_id, number, SentSheet(), 200)
    sent = read_sheet(request.form, sheet.part)
    if sent.wrong:
        return _sheet_page(part_id, number, sent, 422)
    try:
        changed = save_marks(current_actor(), part_id, sent.marks)
    except StaleMarks as error:
        sent.stale = error.application_ids
        return _sheet_page(part_id, number, sent, 409)
    flash(ngettext("%(count)s mark saved.", "%(count)s marks saved.", changed, count=digits(changed)), "ok")
    return see_other(url_for("scores.marks", part_id=part_id, page=number if number > 1 else None))


def _sheet_page(part_id: UUID, number: int, sent: SentSheet, status: int) -> BaseResponse:
    sheet = get_sheet(current_actor(), part_id, number)
    rows = sheet_rows(sheet, sent)
    return render_page(
        "scores/sheet.html",
        sheet=sheet,
        rows=rows,
        problems=[(row.focus, row.problem) for row in rows if row.problem],
        stale=bool(sent.stale),
        page_url=lambda n: url_for("scores.marks", part_id=part_id, page=n),
        mark_words=mark_words,
        answer_words=answer_words,
        status=status,
    )


@blueprint.route("/score-parts/<uuid:part_id>/import", methods=["GET", "POST"])
@requires(_DECIDE)
def import_page(part_id: UUID) -> BaseResponse:
    """Read marks from a file or from pasted cells: first what would happen, then do it."""
    part, place = _part_to_edit(part_id)
    form, lines, table = ImportForm(), None, None
    status = 409 if part.markers and request.method == "POST" else 200
    if status == 200 and submitted(form):
        try:
            table, rows = form.read(part.details.full_marks)
            lines = look_at_import(part, rows)
            if request.form.get("do") == "apply":
                return _imported(
                    place, import_marks(current_actor(), part_id, rows, request.form.get("seen", ""))
                )
        except ImportMoved:
            flash(gettext("Marks have changed since you looked. Look once more, then apply."), "warn")
            status = 409
        except (Refused, MarkedByPeople) as error:
            form.put_refusal(error)
    return _import_page(part, place, form, lines, table, 422 if form.problems else status)


@blueprint.route("/score-parts/<uuid:part_id>/import/sheet.xlsx", defaults={"suffix": "xlsx"})
@blueprint.route("/score-parts/<uuid:part_id>/import/sheet.csv", defaults={"suffix": "csv"})
@requires(_DECIDE)
@requires_recent
def sheet_to_fill(part_id: UUID, suffix: str) -> Response:
    """Every child of a part with the marks there are, to fill in away from here and to import."""
    part, _ = _part_to_edit(part_id)
    name = gettext("Marks of %(name)s", name=local_plain(part.name))
    return send_table(suffix, name, rows_to_fill(list_to_fill(part)))


def _imported(place: ClassView, changed: int) -> BaseResponse:
    flash(ngettext("%(count)s mark saved.", "%(count)s marks saved.", changed, count=digits(changed)), "ok")
    return see_other(scores_url(place))


def _import_page(
    part: PartView, place: ClassView, form: ImportForm, lines: Any, table: Table | None, status: int
) -> BaseResponse:
    return render_page(
        "scores/import.html",
        part=part,
        crumbs=crumbs_of(place, part),
        form=form,
        lines=lines,
        table=table,
        text=cells_again(table) if table and lines else "",
        seen=import_mark(lines) if lines else "",
        changes=sum(1 for line in lines or () if line.changes),
        answer_words=answer_words,
        files=FILES,
        status=status,
    )


# --- slots and seats


@blueprint.route("/score-parts/<uuid:part_id>/slots")
@requires(Permission.APPLICATIONS_READ)
def slots(part_id: UUID) -> BaseResponse:
    """The times and places of a test or viva, and how full they are."""
    part = seated(get_part(current_actor(), part_id))
    place = get_class(current_actor(), part.seat_id)
    return render_page(
        "scores/slots.html",
        part=part,
        crumbs=crumbs_of(place, part),
        slots=list_slots(part_id),
        waiting=len(unseated(part)),
        may_edit=current_actor().may(_DECIDE, part.campus_id),
    )


def _slot_editing(
    part: PartView, place: ClassView, title: str, form: Any, save: Any, read: Any = None
) -> Editing:
    return _editing(place, title, form, save, read=read, back=slots_url(part.id), part=part)


@blueprint.route("/score-parts/<uuid:part_id>/slots/new", methods=["GET", "POST"])
@requires(_DECIDE)
@creates
def add_slot_page(part_id: UUID) -> BaseResponse:
    """Add a time and place."""
    part, place = _part_to_edit(part_id)
    title = gettext("Add a time and place")
    return edited(
        _slot_editing(
            seated(part),
            place,
            title,
            SlotForm,
            lambda form: add_slot(current_actor(), part_id, form.details()),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/slots/<uuid:slot_id>/edit", methods=["GET", "POST"])
@requires(_DECIDE)
def edit_slot(part_id: UUID, slot_id: UUID) -> BaseResponse:
    """Change a time and place; the families in it are told."""
    part, place = _part_to_edit(part_id)
    return edited(
        _slot_editing(
            part,
            place,
            gettext("Change time and place"),
            SlotForm,
            lambda form: change_slot(
                current_actor(), part_id, slot_id, form.version.number, form.details(), status_link
            ),
            lambda: get_slot(part_id, slot_id),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/slots/<uuid:slot_id>/remove", methods=["GET", "POST"])
@requires(_DECIDE)
def remove_slot_page(part_id: UUID, slot_id: UUID) -> BaseResponse:
    """Ask, then remove a time and place nobody sits in."""
    part, place = _part_to_edit(part_id)
    get_slot(part_id, slot_id)
    return removed(
        Removal(
            title=gettext("Remove this time and place?"),
            text=gettext("It can be removed as long as no child has a seat in it."),
            act=gettext("Remove"),
            done=gettext("Saved."),
            crumbs=crumbs_of(place, part, inside=True),
            back=slots_url(part_id),
            remove=lambda: remove_slot(current_actor(), part_id, slot_id),
            onward=slots_url(part_id),
        )
    )


@blueprint.route("/score-parts/<uuid:part_id>/slots/<uuid:slot_id>")
@requires(Permission.APPLICATIONS_READ)
def slot(part_id: UUID, slot_id: UUID) -> BaseResponse:
    """Who sits where in one slot, for the door and for paper."""
    part = get_part(current_actor(), part_id)
    return render_page(
        "scores/slot.html",
        part=part,
        crumbs=crumbs_of(get_class(current_actor(), part.seat_id), part, inside=True),
        slot=get_slot(part_id, slot_id),
        lines=list_sittings(slot_id),
        may_edit=current_actor().may(_DECIDE, part.campus_id),
    )


@blueprint.route("/score-parts/<uuid:part_id>/seats", methods=["POST"])
@requires(_DECIDE)
def seats(part_id: UUID) -> BaseResponse:
    """Give everybody without a seat the next free one."""
    _part_to_edit(part_id)
    made = give_seats(current_actor(), part_id, status_link)
    flash(
        ngettext(
            "%(count)s seat given, and the family is told.",
            "%(count)s seats given, and the families are told.",
            made.given,
            count=digits(made.given),
        ),
        "ok",
    )
    return see_other(slots_url(part_id))


@blueprint.route("/score-parts/<uuid:part_id>/seats/<uuid:application_id>", methods=["GET", "POST"])
@requires(_DECIDE)
def move(part_id: UUID, application_id: UUID) -> BaseResponse:
    """Put one child on a seat by hand."""
    part, place = _part_to_edit(part_id)
    sitting = get_sitting(seated(part), application_id)

    def save(form: MoveForm) -> None:
        key = form.slot_id.key or part_id
        move_seat(
            current_actor(), part_id, application_id, form.version.number, key, form.seat.number, status_link
        )

    return edited(
        _slot_editing(
            part,
            place,
            gettext("Seat of %(name)s", name=local_plain(sitting.child_name)),
            lambda **given: MoveForm(list_slots(part_id), **given),
            save,
            lambda: get_sitting(part, application_id),
        )
    )


# --- the merit list


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/merit")
@requires(Permission.APPLICATIONS_READ)
def merit(cycle_id: UUID, seat_id: UUID) -> BaseResponse:
    """The list that the marks make now, with its working, beside the one that is published."""
    place = _class(cycle_id, seat_id)
    return _merit_page(place, None)


def _merit_page(place: ClassView, refusal: str | None) -> BaseResponse:
    shift, number = shift_asked(place.seat_id), page_number(request.args.get("page"))
    try:
        found = get_merit(current_actor(), place.seat_id, shift)
    except StillMarking:
        left = count_left(current_actor(), place.seat_id, list_parts(place.seat_id))
        return render_page(
            "scores/still_marking.html", place=place, crumbs=crumbs_of(place), left=left, status=409
        )
    lines = found.order.lines
    shown = lines[(number - 1) * MERIT_SIZE : number * MERIT_SIZE]
    return render_page(
        "scores/merit.html",
        merit=found,
        crumbs=crumbs_of(place, inside=True),
        page=Page(shown, number, MERIT_SIZE, len(lines)),
        parts={part.id: part for part in found.parts},
        shifts=shifts_of(place.seat_id),
        why=WHY_WORDS,
        tie_words=lambda rule: tie_words(rule, found.parts),
        mark_words=mark_words,
        merit_url=lambda **more: merit_url(place, **more),
        may_publish=current_actor().may(_DECIDE, place.campus_id),
        refusal=refusal,
        status=422 if refusal else 200,
    )


@blueprint.route("/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/merit/publish", methods=["POST"])
@requires(_DECIDE)
def publish(cycle_id: UUID, seat_id: UUID) -> BaseResponse:
    """Put the list as it stands into force; seats are given by it."""
    place = _class_to_edit(cycle_id, seat_id)
    shift = shift_asked(seat_id)
    try:
        publish_merit(current_actor(), seat_id, shift)
    except StillMarking:
        return _merit_page(place, None)
    except (RankingTaken, NotRankable) as error:
        return _merit_page(place, message_of(error))
    flash(gettext("The order is published. Seats are given by it."), "ok")
    return see_other(merit_url(place, shift=shift))


@blueprint.route(
    "/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/merit.xlsx", defaults={"suffix": "xlsx"}
)
@blueprint.route(
    "/cycles/<uuid:cycle_id>/classes/<uuid:seat_id>/scores/merit.csv", defaults={"suffix": "csv"}
)
@requires(Permission.APPLICATIONS_READ)
@requires_recent
def merit_file(cycle_id: UUID, seat_id: UUID, suffix: str) -> Response:
    """The list with its working as a spreadsheet."""
    place = _class(cycle_id, seat_id)
    found = get_merit(current_actor(), place.seat_id, shift_asked(seat_id))
    name = gettext("Merit list, %(name)s", name=local_plain(place.class_name))
    return send_table(suffix, name, merit_rows(found))


__all__ = ["blueprint"]
