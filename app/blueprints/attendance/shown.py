"""A register made ready for its template: names picked, sentences written, once a page and not once a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.domain.academics.rules import MANY_SECTIONS
from app.domain.attendance.queries import (
    CampusProgress,
    ClassProgress,
    MonthView,
    RegisterCard,
    RegisterView,
)
from app.domain.attendance.rules import count_statuses, share_of
from app.domain.attendance.types import AttendanceStatus, Counts, Pupil
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.errors import NotFound
from app.domain.kernel.names import name_in
from app.domain.kernel.texts import LocalText
from app.web.days import stitches_sentence
from app.web.i18n import current_locale
from app.web.patterns import Pattern, fill

SHOWN = ("all", "away", "absent")
"""What `?show=` may ask for."""
Part = TypeVar("Part", CampusProgress, ClassProgress)


def shown_from(asked: str | None) -> str:
    """The filter asked for; all for anything else."""
    return asked if asked in SHOWN else "all"


def by_campus(cards: Iterable[RegisterCard]) -> list[tuple[LocalText, list[RegisterCard]]]:
    """The cards under the names of their campuses, in the order they come in."""
    grouped = groupby(cards, key=lambda card: (card.section.campus_id, card.section.campus_name))
    return [(name, list(group)) for (_, name), group in grouped]


class Chosen(NamedTuple):
    """Of which campus the office reads the registers, and of which class where a campus has very many sections."""

    campus: CampusProgress | None
    school_class: ClassProgress | None

    @property
    def keys(self) -> dict[str, UUID]:
        """What the list of registers is asked for."""
        found = {"campus_id": self.campus.id} if self.campus else {}
        return found | ({"class_id": self.school_class.id} if self.school_class else {})

    def holds(self, card: RegisterCard) -> bool:
        """Whether a section is of the campus and class chosen."""
        section = card.section
        return (self.campus is not None and section.campus_id == self.campus.id) and (
            self.school_class is None or section.class_id == self.school_class.id
        )


def choose(campuses: list[CampusProgress], campus_code: str | None, class_code: str | None) -> Chosen:
    """The campus and class asked for; else the first where a register is still to be taken. Raises NotFound."""
    if not campuses:
        return Chosen(None, None)
    campus = _find(campuses, campus_code) or next(
        (each for each in campuses if not each.is_done), campuses[0]
    )
    if campus.sections <= MANY_SECTIONS:
        return Chosen(campus, None)
    classes = campus.classes
    waits = (each for each in classes if campus.is_wanted and each.taken < each.sections)
    return Chosen(campus, _find(classes, class_code) or next(waits, classes[0]))


def _find(progress: Sequence[Part], code: str | None) -> Part | None:
    if not code:
        return None
    found = next((each for each in progress if each.code == code), None)
    if found is None:
        raise NotFound
    return found


class Tile(NamedTuple):
    """One pupil as the template writes it."""

    key: str
    roll: str
    name: str
    lang: str
    status: str
    week: int | None
    """Its last five registers: the place among the weeks that occur on the page."""
    hidden: bool
    version: int
    """Of what is stored, 0 where nothing is."""
    more: str
    """Minutes late, or the time of leaving as 1340, for the script."""
    said: str
    """The same for the reader."""
    remarks: str | None
    has_birthday: bool
    has_leave: bool | None

    @property
    def says_more(self) -> bool:
        """Whether anything is said of the pupil besides the state."""
        return bool(self.has_birthday or self.remarks or self.said or self.has_leave is not None)


@dataclass(frozen=True, slots=True)
class Tiles:
    """All of them, with what they come to."""

    tiles: list[Tile]
    weeks: list[tuple[tuple[str, ...], str]]
    """The rows of stitches that occur, each with its sentence: a good class has few."""
    counts: Counts
    answered: int

    def draw(
        self,
        pattern: Callable[..., Markup],
        week: Callable[..., Markup],
        besides: Callable[[Tile], Markup],
    ) -> Markup:
        """The tiles, of the patterns that the template writes for each kind that occurs."""
        weeks = [week(*each) for each in self.weeks]
        patterns: dict[tuple[object, ...], Pattern] = {}
        rows = []
        for place, tile in enumerate(self.tiles, start=1):
            kind = (tile.status, tile.lang, tile.hidden, tile.version > 0, tile.more != "")
            if kind not in patterns:
                patterns[kind] = Pattern(pattern(*kind))
            words: dict[str, str] = {
                "i": str(place),
                "k": tile.key,
                "r": tile.roll,
                "v": str(tile.version),
                "m": tile.more,
                "n": tile.name,
                "w": weeks[tile.week] if tile.week is not None else "",
                "x": besides(tile) if tile.says_more else "",
            }
            rows.append((patterns[kind], words))
        return fill(rows)


def make_tiles(view: RegisterView, marks: Mapping[str, AttendanceStatus], show: str) -> Tiles:
    """The tiles of a register. `marks` are choices that were sent and not stored; they stand before what is stored.

    Where no register was taken everybody starts as present; later, who is not recorded starts as nothing.
    """
    locale = current_locale()
    is_taken = view.row is not None and view.row.is_taken
    places: dict[tuple[AttendanceStatus | None, ...], int] = {}
    tiles, statuses = [], []
    for pupil in view.pupils:
        status = marks.get(pupil.key) or pupil.status or (None if is_taken else pupil.start)
        week = places.setdefault(pupil.recent, len(places)) if pupil.recent else None
        name, lang = name_in(locale, *pupil.names)
        roll = to_local_digits(str(pupil.roll_number), locale)
        hidden = not _is_shown(status, show)
        more, said = _more(pupil)
        tiles.append(
            Tile(
                pupil.key,
                roll,
                name,
                lang,
                status.value if status else "",
                week,
                hidden,
                pupil.version,
                more,
                said,
                pupil.remarks,
                pupil.has_birthday,
                pupil.has_leave,
            )
        )
        statuses.append(status)
    counts = count_statuses(statuses)
    return Tiles(tiles, [_week(recent) for recent in places], counts, counts.recorded)


def lesson_due(view: RegisterView, now: time) -> int | None:
    """Which lesson's register is to be shown where none was asked for: the one that runs, else the first that is
    not taken, else the last. None where there is no lesson."""
    running = [
        each.lesson.period for each in view.lessons if each.lesson.starts_at <= now < each.lesson.ends_at
    ]
    waiting = [each.lesson.period for each in view.lessons if not each.is_taken]
    last = [each.lesson.period for each in view.lessons[-1:]]
    return next(iter([*running, *waiting, *last]), None)


def _more(pupil: Pupil) -> tuple[str, str]:
    """What is said of a pupil beside the status: for the script, and for the reader."""
    if pupil.left_at is None and pupil.late_minutes is None:
        return "", ""
    said = []
    if pupil.late_minutes is not None:
        minutes = to_local_digits(str(pupil.late_minutes), current_locale())
        said.append(
            ngettext("%(minutes)s minute", "%(minutes)s minutes", pupil.late_minutes, minutes=minutes)
        )
    if pupil.left_at is not None:
        at = to_local_digits(f"{pupil.left_at.hour}:{pupil.left_at:%M}", current_locale())
        said.append(gettext("left %(time)s", time=at))
    more = str(pupil.late_minutes) if pupil.late_minutes is not None else f"{pupil.left_at:%H%M}"
    return more, " · ".join(said)


def _week(recent: tuple[AttendanceStatus | None, ...]) -> tuple[tuple[str, ...], str]:
    return tuple(status.value if status else "none" for status in recent), stitches_sentence(recent)


def _is_shown(status: AttendanceStatus | None, show: str) -> bool:
    if show == "all":
        return True
    if show == "away":
        return status is not AttendanceStatus.PRESENT
    return status is AttendanceStatus.ABSENT


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One pupil of whom the stored register and a late one say different things."""

    key: str
    name: str
    lang: str
    stored: str
    chosen: str
    default: str


def find_disagreements(
    view: RegisterView, marks: Mapping[str, AttendanceStatus]
) -> tuple[list[Disagreement], dict[str, AttendanceStatus]]:
    """Where two registers differ, and the choices both share.

    An exception somebody noted is proposed before a "present" that may only never have been touched.
    """
    differ, agreed = [], {}
    for pupil in view.pupils:
        chosen = marks.get(pupil.key)
        if chosen is None:
            continue
        if chosen is pupil.status:
            agreed[pupil.key] = chosen
            continue
        name, lang = name_in(current_locale(), *pupil.names)
        proposed = pupil.status if chosen is AttendanceStatus.PRESENT and pupil.status else chosen
        stored = pupil.status.value if pupil.status else ""
        differ.append(Disagreement(pupil.key, name, lang, stored, chosen.value, proposed.value))
    return differ, agreed


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One pupil of a month: a cell a day, and what the month comes to."""

    roll: str
    name: str
    lang: str
    cells: list[str]
    counts: Counts
    percent: int | None


def month_lines(month: MonthView) -> list[MonthLine]:
    """The rows of the month's table. A cell is a status, `gap` for a register without this pupil, or empty."""
    locale = current_locale()
    nothing: Mapping[Any, AttendanceStatus] = {}
    days = [verdict.day for verdict in month.verdicts]
    lines = []
    for each in month.enrolled:
        own = month.marks.get(each.student_id, nothing)
        cells = [own[day].value if day in own else "gap" if day in month.taken_on else "" for day in days]
        # A day that the calendar closes now does not count, whatever was recorded on it.
        counts = count_statuses(
            own[each.day] for each in month.verdicts if each.is_school_day and each.day in own
        )
        name, lang = name_in(locale, each.name_en, each.name_bn, each.name_ar)
        roll = to_local_digits(str(each.roll_number), locale)
        lines.append(MonthLine(roll, name, lang, cells, counts, share_of(counts).percent))
    return lines
