"""What the pages of scores show, made from what the queries found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext

from app.blueprints.scores.forms import SentSheet
from app.blueprints.scores.words import WHY_WORDS, plain_mark, tie_words
from app.domain.academics.types import Shift
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.rankings.queries import shifts_of
from app.domain.admissions.scores.types import Answer, ClassView, MeritView, PartView, Sheet, SheetLine
from app.domain.kernel.errors import NotFound
from app.domain.kernel.texts import LocalText
from app.web.editing import Crumbs
from app.web.i18n import local_plain


def scores_url(place: ClassView) -> str:
    """The page of a class's score."""
    return url_for("scores.overview", cycle_id=place.cycle_id, seat_id=place.seat_id)


def merit_url(place: ClassView, **more: Any) -> str:
    """The page of a class's merit list."""
    return url_for("scores.merit", cycle_id=place.cycle_id, seat_id=place.seat_id, **more)


def slots_url(part_id: UUID) -> str:
    """The page of a part's times and places."""
    return url_for("scores.slots", part_id=part_id)


def crumbs_of(place: ClassView, part: PartView | None = None, *, inside: bool = False) -> Crumbs:
    """Where a page of a score stands: the score itself, one of its parts, or a page `inside` one of them."""
    crumbs: Crumbs = [
        (gettext("Admissions"), url_for("admissions.queue")),
        (gettext("Admission cycles"), url_for("cycles.index")),
        (local_plain(place.class_name), url_for("cycles.cycle", cycle_id=place.cycle_id)),
    ]
    if part or inside:
        crumbs.append((gettext("Scores"), scores_url(place)))
    if part and inside:
        crumbs.append((local_plain(part.name), slots_url(part.id)))
    return crumbs


def named_people(parts: Iterable[PartView]) -> dict[UUID, LocalText]:
    """The names of whoever marks some parts."""
    return list_user_names({key for part in parts for key in part.markers | part.third})


def seated(part: PartView) -> PartView:
    """The part, where children come to it at a time. Raises NotFound."""
    if not part.is_seated:
        raise NotFound
    return part


def shift_asked(seat_id: UUID) -> Shift | None:
    """The shift in the address, or the first one of the class; None where they are not told apart."""
    shifts = shifts_of(seat_id)
    asked = request.args.get("shift")
    return next((shift for shift in shifts if shift and shift.value == asked), shifts[0])


# --- the sheet of marks


@dataclass(frozen=True)
class SheetRow:
    """A line of the sheet as it is filled in."""

    line: SheetLine
    cells: list[tuple[str, str]]
    """(name of the control, what stands in it)."""
    absent: bool
    problem: str | None
    stale: bool

    @property
    def focus(self) -> str:
        """The control to go to when something is wrong."""
        return self.cells[0][0]


def sheet_rows(sheet: Sheet, sent: SentSheet) -> list[SheetRow]:
    """The lines with what is stored, or with what was typed where that was not."""
    return [_row(sheet, line, sent) for line in sheet.lines.items]


def _row(sheet: Sheet, line: SheetLine, sent: SentSheet) -> SheetRow:
    key, criteria = line.application_id, sheet.part.details.criteria
    names = [f"m-{key}-{n}" for n in range(len(criteria))] if criteria else [f"m-{key}"]
    if f"v-{key}" in sent.typed:
        return SheetRow(
            line,
            [(name, sent.typed.get(name, "")) for name in names],
            f"a-{key}" in sent.typed,
            sent.wrong.get(key),
            key in sent.stale,
        )
    own = line.own
    marks = list(own.points if own and criteria else [own.mark] if own else [])
    stored = [plain_mark(mark) for mark in marks] + [""] * len(names)
    return SheetRow(line, list(zip(names, stored, strict=False)), bool(own and own.absent), None, False)


# --- files


def rows_to_fill(lines: Iterable[tuple[str, LocalText, Answer | None]]) -> Iterator[Sequence[object]]:
    """A sheet to fill in as rows: reference and mark in the columns in which they are imported."""
    yield gettext("Reference"), gettext("Mark"), gettext("Child")
    for reference, name, answer in lines:
        mark = "AB" if answer and answer.absent else answer.mark if answer else None
        yield reference, mark, local_plain(name)


def merit_rows(merit: MeritView) -> Iterator[Sequence[object]]:
    """The merit list as rows of a spreadsheet: numbers as they are, so that a spreadsheet can add them up."""
    head: list[object] = [gettext("Rank"), gettext("Reference"), gettext("Name")]
    for part in merit.parts:
        head += [local_plain(part.name), gettext("Points")]
    yield [*head, gettext("Score"), gettext("Equal scores")]
    for line in merit.order.lines:
        person = merit.people[line.application_id]
        cells: list[object] = [line.rank, person.reference, local_plain(person.child_name)]
        for share in line.shares:
            cells += [share.mark, share.points]
        yield [*cells, line.score, tie_words(line.tie, merit.parts) if line.tie else ""]
    names = {part.id: local_plain(part.name) for part in merit.parts}
    for miss in merit.order.unranked:
        person = merit.people[miss.application_id]
        why = f"{names[miss.part_id]}: {WHY_WORDS[miss.why]}"
        yield ["", person.reference, local_plain(person.child_name), why]
