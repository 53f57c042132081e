"""Pure rules of scores: marks as they are typed, what several of them come to, and the order they make."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from app.domain.admissions.scores.types import (
    Answer,
    BadRubric,
    Criterion,
    Entrant,
    ImportLine,
    ImportRow,
    MarkError,
    MarksMissing,
    MeritOrder,
    Outcome,
    PartDetails,
    PassAboveFull,
    Scored,
    Share,
    SlotView,
    Standing,
    TieBy,
    TieRule,
    Unranked,
    Why,
    Working,
)
from app.domain.kernel.digits import to_ascii_digits
from app.domain.kernel.errors import N_
from app.domain.kernel.numbers import round_half_up
from app.domain.kernel.references import ReferenceError_, parse_reference

MOST_CRITERIA: Final = 10
MOST_ROWS: Final = 5000
MARK_PLACES: Final = 2
POINT_PLACES: Final = 4
"""Each part's points are rounded to so many decimals, and the score is their sum: whoever adds up what stands in
the list gets the same number."""

_MARK: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
_AWAY: Final = frozenset({"a", "ab", "abs", "absent", "অ", "অনু", "অনুপস্থিত", "غ", "غائب"})


# --- marks as they are typed


def parse_mark(text: str, most: Decimal | None = None) -> Decimal | None:
    """The mark somebody typed in any digits, with up to two decimals; None for an empty field. Raises MarkError."""
    plain = to_ascii_digits(text.strip()).replace("٫", ".")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not plain:
        return None
    if not _MARK.fullmatch(plain):
        raise MarkError("shape")
    mark = Decimal(plain)
    if most is not None and mark > most:
        raise MarkError("most", most=f"{most.normalize():f}")
    return mark


def is_away(text: str) -> bool:
    """Whether a cell says that the child was absent, in the words and signs of mark sheets."""
    return text.strip().strip(".").casefold() in _AWAY


def parse_criteria(text: str) -> tuple[Criterion, ...]:
    """The rubric that was typed, one criterion a line: name, colon, most marks. Raises BadRubric."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, most = line.rpartition(":")
        try:
            mark = parse_mark(most)
        except MarkError as error:
            raise BadRubric("line", line=number) from error
        if not colon or not name.strip() or not mark or len(name.strip()) > 80:
            raise BadRubric("line", line=number)
        found.append(Criterion(name.strip(), mark))
    if len(found) > MOST_CRITERIA:
        raise BadRubric("many", most=MOST_CRITERIA)
    return tuple(found)


def check_part(details: PartDetails) -> None:
    """Raises MarksMissing, PassAboveFull."""
    if details.full_marks <= 0:
        raise MarksMissing
    if details.pass_mark is not None and details.pass_mark > details.full_marks:
        raise PassAboveFull


def read_rows(lines: Iterable[tuple[int, Sequence[str]]], full_marks: Decimal) -> list[ImportRow]:
    """The lines of a table, each with its number: reference and mark stand in the first two cells.

    A first line of column names is passed over; further columns are not read.
    """
    rows: list[ImportRow] = []
    seen: set[str] = set()
    is_first = True
    for line, record in lines:
        cells = ["".join(char for char in cell if char.isprintable()).strip(" '") for cell in record[:2]]
        if not any(cells):
            continue
        row = _read_row(line, cells, full_marks)
        is_header, is_first = is_first and row.problem == _NO_REFERENCE, False
        if is_header:
            continue
        if row.problem is None and row.reference in seen:
            row = ImportRow(
                line, row.reference, row.typed, None, N_("This reference stands further up already.")
            )
        seen.add(row.reference)
        rows.append(row)
    return rows


_NO_REFERENCE: Final = N_("This is not a reference.")


def _read_row(line: int, cells: Sequence[str], full_marks: Decimal) -> ImportRow:
    typed = cells[1][:40] if len(cells) > 1 else ""
    try:
        reference = parse_reference(cells[0])
    except ReferenceError_:
        return ImportRow(line, cells[0][:40], typed, None, _NO_REFERENCE)
    if is_away(typed):
        return ImportRow(line, reference, typed, Answer(None, absent=True))
    try:
        mark = parse_mark(typed, full_marks)
    except MarkError:
        return ImportRow(line, reference, typed, None, N_("This is not a mark of this part."))
    if mark is None:
        return ImportRow(line, reference, typed, None, N_("There is no mark."))
    return ImportRow(line, reference, typed, Answer(mark))


def import_mark(lines: Iterable[ImportLine]) -> str:
    """A short mark of what an import would do: another one as soon as anything of it differs."""
    told = [(line.row.reference, str(line.row.answer), str(line.now), line.version) for line in lines]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


# --- what several marks come to


def mean_mark(marks: Sequence[Decimal]) -> Decimal:
    """The mean of marks, a half rounded up at the second decimal. Raises ValueError where there is none."""
    if not marks:
        raise ValueError("the mean of nothing")
    return round_half_up(sum(marks, Decimal(0)) / len(marks), MARK_PLACES)


def lie_apart(answers: Iterable[Answer], bound: Decimal | None) -> bool:
    """Whether answers differ by more than a bound, or in whether the child was there at all."""
    found = list(answers)
    marks = [each.mark for each in found if each.mark is not None]
    if marks and len(marks) < len(found):
        return True
    return bool(bound is not None and marks and max(marks) - min(marks) > bound)


def is_disputed(
    answers: Mapping[UUID | None, Answer], third: Collection[UUID], bound: Decimal | None
) -> bool:
    """Whether the answers of all but those who look a third time differ too much."""
    return lie_apart((each for who, each in answers.items() if who not in third), bound)


def settle(
    answers: Mapping[UUID | None, Answer],
    markers: Collection[UUID],
    third: Collection[UUID],
    bound: Decimal | None,
) -> Outcome:
    """What an applicant's answers in one part come to, by who gave them (None: the office).

    It waits until everybody who marks the part has answered; where they differ too much, also for those who look a
    third time. Then the mark is the mean of all marks given.
    """
    disputed = is_disputed(answers, third, bound)
    if not answers or any(who not in answers for who in markers):
        return Outcome(Standing.WAITING, apart=disputed)
    looked = any(who in answers for who in third)
    if disputed and third and any(who not in answers for who in third):
        return Outcome(Standing.WAITING, apart=True)
    marks = [each.mark for each in answers.values() if each.mark is not None]
    if not marks:
        return Outcome(Standing.ABSENT)
    return Outcome(Standing.GIVEN, mean_mark(marks), apart=disputed and not looked)


def awaits(
    user_id: UUID,
    answers: Mapping[UUID | None, Answer],
    markers: Collection[UUID],
    third: Collection[UUID],
    bound: Decimal | None,
) -> bool:
    """Whether somebody still has to mark an applicant."""
    if user_id in answers:
        return False
    return user_id in markers or (user_id in third and is_disputed(answers, third, bound))


# --- the order


def points_of(mark: Decimal, details: PartDetails) -> Decimal:
    """What a mark brings to the score: weight x mark / full marks, a half rounded up at the fourth decimal."""
    return round_half_up(details.weight * mark / details.full_marks, POINT_PLACES)


def rank(
    parts: Mapping[UUID, PartDetails], ties: Sequence[TieRule], entrants: Iterable[Entrant]
) -> MeritOrder:
    """The merit list: the higher score first, equal ones by the rules for ties, at the very end by reference.

    `parts` in their order. Who waits for a mark, was absent or is below a pass mark has no place, and the first
    such part says why. Without parts nobody has a place.
    """
    unranked: list[Unranked] = []
    found: list[tuple[Entrant, tuple[Share, ...], Decimal]] = []
    for entrant in sorted(entrants, key=lambda each: (each.reference, each.application_id)):
        miss = _miss(parts, entrant)
        if miss:
            unranked.append(miss)
        elif parts:
            shares = tuple(_share(part_id, details, entrant) for part_id, details in parts.items())
            found.append((entrant, shares, sum((share.points for share in shares), Decimal(0))))
    rules = [rule for rule in ties if rule.part_id is None or rule.part_id in parts]
    rules.append(TieRule(TieBy.REFERENCE))
    found.sort(key=lambda each: (-each[2], *(_key(rule, each[0]) for rule in rules)))
    lines = []
    for at, (entrant, shares, score) in enumerate(found):
        beside = next(
            (found[n][0] for n in (at - 1, at + 1) if 0 <= n < len(found) and found[n][2] == score), None
        )
        tie = _breaker(rules, entrant, beside) if beside else None
        lines.append(Scored(at + 1, entrant.application_id, score, shares, tie))
    return MeritOrder(tuple(lines), tuple(unranked))


def _miss(parts: Mapping[UUID, PartDetails], entrant: Entrant) -> Unranked | None:
    for part_id, details in parts.items():
        outcome = entrant.outcomes.get(part_id, Outcome(Standing.WAITING))
        if outcome.standing is Standing.ABSENT:
            return Unranked(entrant.application_id, Why.ABSENT, part_id)
        if outcome.mark is None:
            return Unranked(entrant.application_id, Why.WAITING, part_id)
        if details.pass_mark is not None and outcome.mark < details.pass_mark:
            return Unranked(entrant.application_id, Why.BELOW, part_id)
    return None


def _mark(entrant: Entrant, part_id: UUID | None) -> Decimal:
    outcome = entrant.outcomes.get(part_id) if part_id else None
    return (outcome.mark if outcome else None) or Decimal(0)


def _share(part_id: UUID, details: PartDetails, entrant: Entrant) -> Share:
    mark = _mark(entrant, part_id)
    return Share(part_id, mark, points_of(mark, details))


def _key(rule: TieRule, entrant: Entrant) -> Any:
    """What a rule sorts by: the smaller comes first."""
    born = entrant.born_on.toordinal() if entrant.born_on else 0
    match rule.by:
        case TieBy.PART:
            return -_mark(entrant, rule.part_id)
        case TieBy.EARLIER:
            return entrant.submitted_at
        case TieBy.YOUNGER:
            return -born
        case TieBy.OLDER:
            return born
        case TieBy.REFERENCE:
            return entrant.reference


def _breaker(rules: Sequence[TieRule], one: Entrant, other: Entrant) -> TieRule:
    return next((rule for rule in rules if _key(rule, one) != _key(rule, other)), rules[-1])


def working_of(line: Scored, parts: Mapping[UUID, PartDetails]) -> Working:
    """How a place came about, as it is published with it: numbers as text, so that no digit is lost."""
    working: Working = {
        "score": str(line.score),
        "parts": [
            {
                "name": parts[share.part_id].name.to_dict(),
                "mark": str(share.mark),
                "full": str(parts[share.part_id].full_marks),
                "weight": str(parts[share.part_id].weight),
                "points": str(share.points),
            }
            for share in line.shares
        ],
    }
    if line.tie:
        working["tie"] = line.tie.by.value
        if line.tie.part_id:
            working["tie_part"] = parts[line.tie.part_id].name.to_dict()
    return working


def parse_tie(text: str) -> TieRule | None:
    """A rule as it is stored; None for what is none (any more)."""
    by, _, part = text.partition(":")
    try:
        return TieRule(TieBy(by), UUID(part) if part else None)
    except ValueError:
        return None


# --- seats


def fill_seats(
    slots: Sequence[SlotView], taken: Mapping[UUID, Collection[int]], waiting: Sequence[UUID]
) -> list[tuple[UUID, UUID, int]]:
    """(applicant, slot, seat number) for whoever waits, in their order: the first free seat of the earliest slot.

    Numbers count from 1 in each slot; one that is taken is passed over. Who finds no room is not named.
    """
    free = (
        (slot.id, number)
        for slot in slots
        for number in range(1, slot.details.seats + 1)
        if number not in taken.get(slot.id, ())
    )
    return [(who, slot_id, number) for who, (slot_id, number) in zip(waiting, free, strict=False)]
