"""Telling whoever asked for leave what the school has answered."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.accounts.queries import persons_of_users
from app.domain.attendance.leave.services import take_untold
from app.domain.attendance.notices.letters import answer_mail, answer_text
from app.domain.attendance.notices.queries import list_cut_offs
from app.domain.attendance.notices.reach import Reach
from app.domain.outbox.services import write_messages
from app.domain.outbox.types import Channel
from app.domain.people.queries import list_student_names
from app.uow import transaction

ANSWERED = "leave.answered"
"""As the outbox calls the message."""


def tell_answers(link: Callable[[str], str]) -> int:
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
        telling, drafts = list_cut_offs(), []
        for case in cases:
            if case.campus_id not in telling or case.asked_by is None:
                continue
            asker = persons.get(case.asked_by)
            for way in reach.ways_to(case.student_id):
                if way.person_id != asker:
                    continue
                name = names[case.student_id].names.in_(way.locale)[0]
                is_mail = way.channel is Channel.MAIL
                subject, body = (
                    answer_mail(case, name, way.locale, link(way.locale))
                    if is_mail
                    else ("", answer_text(case, name, way.locale))
                )
                drafts.append(way.draft(ANSWERED, case.campus_id, subject, body))
        return len(write_messages(drafts))
