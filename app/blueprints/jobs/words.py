"""The words of the outbox: states, channels, kinds of messages, jobs."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.outbox.types import Channel, MessageStatus
from app.domain.schedule.types import RunOutcome
from app.queue import JobName

STATE_WORDS: dict[MessageStatus, tuple[str, str, object]] = {
    MessageStatus.FAILED: ("bad", "warn", _l("Set aside")),
    MessageStatus.PENDING: ("mute", "wait", _l("Waiting to be sent")),
    MessageStatus.SENDING: ("info", "sync", _l("Being sent")),
    MessageStatus.SENT: ("ok", "check", _l("Sent")),
    MessageStatus.DROPPED: ("mute", "ban", _l("Dropped")),
}
"""(status class, icon, label), in the order of the page: what needs somebody comes first."""

CHANNEL_WORDS: dict[Channel, tuple[str, object]] = {
    Channel.MAIL: ("letter", _l("E-mail")),
    Channel.SMS: ("phone", _l("Text message")),
}

KIND_WORDS: dict[str, object] = {
    "invitation": _l("Invitation to an account"),
    "phone_code": _l("Code for a new mobile number"),
    "family_code": _l("Code for a family's applications"),
    "application.draft": _l("Link to a saved application"),
    "application.received": _l("Application received"),
    "application.under_review": _l("Application under review"),
    "application.shortlisted": _l("Application shortlisted"),
    "application.waitlisted": _l("Application waitlisted"),
    "application.offered": _l("Place offered"),
    "application.offer_reminder": _l("Reminder of an offered place"),
    "application.offer_accepted": _l("Place accepted"),
    "application.offer_declined": _l("Place declined"),
    "application.offer_expired": _l("Offer of a place ended"),
    "application.rejected": _l("Application rejected"),
    "application.withdrawn": _l("Application withdrawn"),
    "application.paper_refused": _l("Paper refused"),
    "application.slot": _l("Time, place and seat"),
    "application.enrolled": _l("Pupil enrolled"),
    "absence.told": _l("Absence told to a family"),
    "absence.righted": _l("Told absence put right"),
    "leave.answered": _l("Leave answered"),
    "register.reminder": _l("Reminder of a register"),
    "admission_draw.announced": _l("Ticket of a draw"),
    "admission_draw.drawn": _l("Draw held"),
    "admission_draw.cancelled": _l("Draw cancelled"),
}

JOB_WORDS: dict[str, object] = {
    JobName.DELIVER_MESSAGE: _l("Send one message"),
    JobName.ANSWER_RESETS: _l("Answer forgotten passwords"),
    JobName.SWEEP_OUTBOX: _l("Send what waits in the outbox"),
    JobName.CHAIN_AUDIT: _l("Chain the new entries of the audit log"),
    JobName.ANCHOR_AUDIT: _l("Write the day's anchor of the audit log"),
    JobName.CHECK_FILE: _l("Check one file"),
    JobName.SWEEP_FILES: _l("Check the files that wait"),
    JobName.COMPARE_FILES: _l("Compare the files with their records"),
    JobName.MOVE_OFFERS: _l("End offers whose time is over, and offer free seats to the next"),
    JobName.TELL_FAMILIES: _l("Tell families of absences nobody announced"),
    JobName.REMIND_TEACHERS: _l("Remind teachers whose register is not taken"),
    JobName.FIND_CONCERNS: _l("Look for absences that need a talk with the family"),
    JobName.SWEEP_LIMITS: _l("Forget tries whose time is over"),
    JobName.SWEEP_KEYS: _l("Forget forms that were sent long ago"),
}

RUN_WORDS: dict[RunOutcome, tuple[str, str, object]] = {
    RunOutcome.RUNNING: ("info", "sync", _l("Running")),
    RunOutcome.DONE: ("ok", "check", _l("Went well")),
    RunOutcome.FAILED: ("bad", "warn", _l("Failed")),
}


def kind_word(kind: str) -> object:
    """What a message is about; a kind without a word of its own is shown by its name."""
    return KIND_WORDS.get(kind, kind)


def job_word(name: str) -> object:
    """What a job does; a job without a word of its own is shown by its name."""
    return JOB_WORDS.get(name, name.rpartition(".")[2])
