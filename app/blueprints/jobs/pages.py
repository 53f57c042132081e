"""What the page of jobs shows, put together from what the domain and the queue give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext, ngettext

from app.blueprints.jobs.words import (
    CHANNEL_WORDS,
    RUN_WORDS,
    STATE_WORDS,
    job_word,
    kind_word,
)
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.paging import page_number
from app.domain.outbox.policies import reaches_all
from app.domain.outbox.queries import count_by_state, list_holds, list_messages, list_reasons
from app.domain.outbox.types import MessageStatus, StateLine
from app.domain.schedule.queries import list_runs
from app.queue import SCHEDULE, Scheduled, queue_state
from app.web.i18n import clock as time_of_day
from app.web.i18n import digits

_LATE = timedelta(minutes=1)

WORDS: dict[str, Any] = {
    "state_words": STATE_WORDS,
    "channel_words": CHANNEL_WORDS,
    "kind_word": kind_word,
    "job_word": job_word,
    "run_words": RUN_WORDS,
}


def wanted_state(counts: Mapping[MessageStatus, StateLine]) -> MessageStatus:
    """The state in the address; without one, what needs somebody if there is any, else what waits."""
    wanted = request.args.get("state")
    for state in STATE_WORDS:
        if state.value == wanted:
            return state
    return MessageStatus.FAILED if MessageStatus.FAILED in counts else MessageStatus.PENDING


def outbox_context(actor: Actor) -> dict[str, Any]:
    """The messages in one state, with the counts of all, and what stands in their way."""
    counts = count_by_state(actor)
    state = wanted_state(counts)
    total = counts[state].number if state in counts else 0
    return {
        **WORDS,
        "state": state,
        "states": [
            (words[2], state_url(each), each is state, counts[each].number if each in counts else 0)
            for each, words in STATE_WORDS.items()
        ],
        "oldest": counts[state].oldest if state in counts else None,
        "page": list_messages(actor, state, page_number(request.args.get("page")), total),
        "page_url": lambda number: url_for("jobs.overview", state=state.value, page=number),
        "reasons": list_reasons(actor) if state is MessageStatus.FAILED and total else [],
        "holds": list_holds(),
        "may_go_on": reaches_all(actor),
        "queue": queue_state(),
        "here": request.full_path.rstrip("?"),
    }


def state_url(state: MessageStatus) -> str:
    """The page of the messages in a state."""
    return url_for("jobs.overview", state=state.value)


@dataclass(frozen=True)
class ScheduleLine:
    """A job by the clock with its last run and its next."""

    name: str
    when: str
    last: datetime | None
    next: datetime | None
    is_late: bool
    outcome: tuple[str, str, object] | None
    said: str


def schedule_lines() -> list[ScheduleLine]:
    """Everything that happens by the clock."""
    runs = list_runs()
    lines = []
    for entry in SCHEDULE:
        run = runs.get(entry.job.value)
        due = entry.next_after(run.started_at) if run else None
        lines.append(
            ScheduleLine(
                name=entry.job.value,
                when=_when(entry),
                last=run.started_at if run else None,
                next=due,
                is_late=bool(due and clock.now() > due + _LATE),
                outcome=RUN_WORDS[run.outcome] if run else None,
                said=run.said if run else "",
            )
        )
    return lines


def _when(entry: Scheduled) -> str:
    if entry.cron:
        # The lines we have are daily ones; the school's clock says when that is.
        return str(gettext("every day at %(time)s", time=time_of_day(entry.next_after(clock.now()))))
    seconds = entry.every or 0
    if seconds % 60:
        return str(ngettext("every second", "every %(seconds)s seconds", seconds, seconds=digits(seconds)))
    return str(
        ngettext("every minute", "every %(minutes)s minutes", seconds // 60, minutes=digits(seconds // 60))
    )
