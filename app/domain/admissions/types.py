"""States, steps and errors of admissions."""

from __future__ import annotations

from enum import StrEnum

from app.domain.kernel.errors import N_, Conflict, Refused


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    SHORTLISTED = "shortlisted"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class DocumentKind(StrEnum):
    """The papers an application asks for."""

    BIRTH_CERTIFICATE = "birth_certificate"
    PHOTO = "photo"


class EventKind(StrEnum):
    """What stands in the history of an application."""

    STARTED = "started"
    SUBMITTED = "submitted"
    DECIDED = "decided"
    NOTE = "note"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"


class ApplicationsClosed(Refused):
    """The admission cycle takes no applications now."""

    message = N_("Applications for this year are closed.")


class NotComplete(Refused):
    """The application cannot be sent: something is missing."""

    message = N_("The application is not complete yet. The steps that need you are marked.")


class NotAllowedNow(Conflict):
    """The step does not follow from the state the application is in."""

    message = N_("This application has moved on since you opened the page. It is now: %(status)s.")
