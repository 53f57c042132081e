"""Telling whoever asked for leave what the school has answered."""

from __future__ import annotations

from functools import partial

from app.domain.accounts.queries import persons_of_users
from app.domain.attendance.leave.services import take_untold
from app.domain.attendance.leave.types import AnsweredCase
from app.domain.attendance.notices.letters import answer_mail, answer_text
from app.domain.attendance.notices.queries import list_cut_offs
from app.domain.attendance.notices.reach import Link, Reach, Way
from app.domain.kernel.texts import LocalText
from app.domain.outbox.services import write_messages
from app.domain.outbox.types import Draft
from app.domain.people.queries import list_student_names
from app.uow import transaction

ANSWERED = "leave.answered"
"""As the outbox calls the message."""


def tell_answers(link: Link) -> int:
    """Tell of the answers that nobody can take back any more, each once; returns how many are written.

    Where a campus tells families nothing, and where the school knows no address, the answer stands on the family's
    page alone. `link` makes the address of that page, for a language.
    """
    with transaction():
        cases = take_untold()
        if not cases:
            return 0
        students = {case.student_id for case in cases}
        reach, names = Reach(students), list_student_names(students)
        persons = persons_of_users({case.asked_by for case in cases if case.asked_by})
        telling, drafts = list_cut_offs(), list[Draft]()
        for case in cases:
            asker = persons.get(case.asked_by) if case.asked_by else None
            if case.campus_id in telling and asker:
                ways = reach.ways_to(case.student_id, asker)
                drafts += [_letter(case, names[case.student_id].names, way, link) for way in ways]
        return len(write_messages(drafts))


def _letter(case: AnsweredCase, names: LocalText, way: Way, link: Link) -> Draft:
    name = names.in_(way.locale)[0]
    return way.write(
        ANSWERED,
        case.campus_id,
        partial(answer_text, case, name),
        lambda locale: answer_mail(case, name, locale, link(locale)),
    )
