"""The words of the cycles area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.cycles.types import Doubt, Lack, OpenElsewhere
from app.domain.admissions.papers.types import Takes
from app.domain.admissions.types import CycleState
from app.domain.kernel.errors import N_

STATE_WORDS: dict[CycleState, tuple[str, str, object]] = {
    CycleState.DRAFT: ("mute", "pen", _l("Draft")),
    CycleState.PUBLISHED: ("ok", "check", _l("Published")),
    CycleState.CLOSED: ("warn", "lock", _l("Closed")),
}
"""(kind of badge, icon, word)."""

POINT_WORDS: dict[Lack | Doubt, str] = {
    Lack.METHOD: N_("Say how the seats are given."),
    Lack.FEE: N_("Say what applying costs; 0 where it is free."),
    Lack.PAST: N_("The last day for applications is over."),
    Lack.CLASSES: N_("Add a class."),
    Lack.SEATS: N_("%(about)s has no seats."),
    Lack.ELSEWHERE: OpenElsewhere.message,
    Lack.PERCENT: N_("The quotas are more than 100 percent together."),
    Doubt.AGE: N_("%(about)s takes every age."),
    Doubt.SECTION: N_("%(about)s, section %(section)s: %(seats)s seats, and a section has %(most)s at most."),
    Doubt.QUOTA_PAPERS: N_("No paper proves the quota “%(about)s”."),
    Doubt.PAPERS: N_("No paper is asked for from every child."),
}
"""A line of the check list, for `say`."""

TAKES_WORDS: dict[Takes, object] = {
    Takes.ANY: _l("JPEG, PNG or PDF"),
    Takes.PICTURE: _l("JPEG or PNG"),
    Takes.PDF: "PDF",
}
"""The files that a paper may be."""
