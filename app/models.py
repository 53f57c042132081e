"""Every feature's tables, imported once so that migrations see them all."""

from app.domain.academics import models as academics
from app.domain.accounts import models as accounts
from app.domain.accounts.factors import models as factors
from app.domain.admissions import models as admissions
from app.domain.admissions.desk import models as admission_desk
from app.domain.admissions.entry import models as admission_entry
from app.domain.admissions.fees import models as admission_fees
from app.domain.admissions.forms import models as admission_forms
from app.domain.admissions.lottery import models as admission_draws
from app.domain.admissions.messages import models as admission_messages
from app.domain.admissions.offers import models as admission_offers
from app.domain.admissions.papers import models as admission_papers
from app.domain.admissions.rankings import models as admission_rankings
from app.domain.admissions.scores import models as admission_scores
from app.domain.admissions.slips import models as admission_slips
from app.domain.attendance import models as attendance
from app.domain.attendance.checkin import models as checkin
from app.domain.attendance.concerns import models as attendance_concerns
from app.domain.attendance.leave import models as leave
from app.domain.attendance.notices import models as absence_notices
from app.domain.attendance.reports import models as attendance_reports
from app.domain.audit import models as audit
from app.domain.cms import models as cms
from app.domain.counters import models as counters
from app.domain.files import models as files
from app.domain.idempotency import models as idempotency
from app.domain.limits import models as limits
from app.domain.outbox import models as outbox
from app.domain.people import models as people
from app.domain.schedule import models as schedule

__all__ = [
    "absence_notices",
    "academics",
    "accounts",
    "admission_desk",
    "admission_draws",
    "admission_entry",
    "admission_fees",
    "admission_forms",
    "admission_messages",
    "admission_offers",
    "admission_papers",
    "admission_rankings",
    "admission_scores",
    "admission_slips",
    "admissions",
    "attendance",
    "attendance_concerns",
    "attendance_reports",
    "audit",
    "checkin",
    "cms",
    "counters",
    "factors",
    "files",
    "idempotency",
    "leave",
    "limits",
    "outbox",
    "people",
    "schedule",
]
