"""Leave of the demo school: a few families, and what came of what they asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from app.domain.attendance.leave.services import answer_leave, ask_for_leave, withdraw_leave
from app.domain.attendance.leave.types import LeaveReason, Span
from app.domain.kernel.access import SYSTEM, Actor

FAMILIES_THAT_ASK: Final = 8

Parent = tuple[Actor, list[UUID]]
"""A guardian and the children."""

ILL, FAMILY, RELIGIOUS, OTHER = LeaveReason


def ask_and_answer(parents: Sequence[Parent], before: Sequence[date], after: Sequence[date]) -> int:
    """Let families ask, the first one for the child whom the teacher of the demo teaches; `before` and `after` are
    school days up to yesterday and from today on. Returns how many cases there are.
    """
    one, other, *rest = parents
    number = 0

    def ask(
        parent: Parent,
        first: date,
        last: date,
        reason: LeaveReason,
        words: str,
        *,
        all_children: bool = False,
    ) -> UUID:
        nonlocal number
        actor, children = parent
        asked = ask_for_leave(
            actor, children if all_children else children[:1], Span(first, last), reason, words
        )
        number += len(asked)
        return asked[0].case_id

    def answer(case_id: UUID, word: str, *, approve: bool) -> None:
        answer_leave(SYSTEM, {case_id: 1}, approve=approve, word=word)

    ask(one, after[1], after[2], FAMILY, "আমার ভাইয়ের বিয়ে", all_children=True)
    answer(ask(one, before[0], before[1], ILL, "জ্বর"), "দ্রুত সেরে উঠুক।", approve=True)
    ask(other, after[0], after[0], ILL, "")
    for parent in rest[:2]:
        ask(parent, before[-2], before[-1], ILL, "সর্দি ও জ্বর")
    if len(rest) > 4:
        answer(ask(rest[2], after[5], after[6], RELIGIOUS, ""), "", approve=True)
        answer(
            ask(rest[3], after[3], after[9], OTHER, "বেড়াতে যাওয়া"),
            "পরীক্ষার সময় ছুটি দেওয়া যায় না।",
            approve=False,
        )
        withdraw_leave(rest[4][0], ask(rest[4], after[2], after[2], FAMILY, ""))
    return number
