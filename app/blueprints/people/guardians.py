"""Guardians: found, shown with their children, added, corrected, invited."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.people.area import (
    blueprint,
    guardians_seen,
    history,
    query_asked,
    student_to_edit,
    students_seen,
)
from app.blueprints.people.forms import (
    RELATIONSHIP_WORDS,
    AddGuardianForm,
    EditGuardianForm,
    NothingForm,
    RelationshipForm,
    differences,
)
from app.domain.accounts.policies import may_invite, may_manage
from app.domain.accounts.queries import AccountView, find_account_of_person
from app.domain.accounts.services import invite_guardian as open_and_invite
from app.domain.accounts.services import set_user_status
from app.domain.accounts.types import UserStatus
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import NotFound, Refused
from app.domain.kernel.paging import Page, page_number
from app.domain.people.policies import guardians_reached, office_campuses
from app.domain.people.queries import (
    PAGE_SIZE,
    ChildLine,
    GuardianView,
    StudentView,
    find_person,
    get_guardian,
    list_children_of_guardians,
    list_guardians,
)
from app.domain.people.services import edit_guardian as correct_guardian
from app.domain.people.services import register_guardian
from app.domain.people.types import GuardianKnown, PersonChanged, Relationship
from app.web.access import current_actor, requires
from app.web.forms import submitted
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale
from app.web.once import creates
from app.web.proof import requires_recent
from app.web.urls import password_link


@blueprint.route("/guardians/")
@requires(Permission.GUARDIANS_READ)
@keepable
def guardians() -> Response:
    """The guardians within reach, found by name, or by phone number."""
    actor = current_actor()
    seen = guardians_seen(actor)
    query = query_asked()
    number = page_number(request.args.get("page"))
    lines, total = list_guardians(seen, query, locale=current_locale(), page=number)
    children: dict[UUID, list[ChildLine]] = {}
    keys = [line.id for line in lines]
    for child in list_children_of_guardians(students_seen(actor), keys, locale=current_locale()):
        children.setdefault(child.guardian_id, []).append(child)
    page = Page(lines, number, PAGE_SIZE, total)
    return render_page(
        "people/guardians.html",
        "list",
        page=page,
        children=children,
        query=query,
        may_add=actor.may(Permission.GUARDIANS_EDIT),
    )


def _of_student() -> StudentView | None:
    """The student whose page the form was opened from, where it was."""
    typed = request.args.get("student", "")
    if not typed:
        return None
    try:
        return student_to_edit(UUID(typed))
    except ValueError:
        abort(404)


@blueprint.route("/guardians/add", methods=["GET", "POST"])
@requires(Permission.GUARDIANS_EDIT)
@creates
def add_guardian() -> Response:
    """Record a guardian; where the phone number is known, the one on record is offered instead."""
    child, form, known = _of_student(), AddGuardianForm(), None
    if submitted(form):
        try:
            guardian_id = _register(form, child)
        except GuardianKnown as error:
            form.put_refusal(error)
            known = _known(error)
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("The guardian is recorded."), "ok")
            if child:
                return see_other(url_for("people.student", student_id=child.id))
            return see_other(url_for("people.guardian", guardian_id=guardian_id))
    code = 422 if form.problems else 200
    return render_page("people/add_guardian.html", form=form, student=child, known=known, status=code)


def _register(form: AddGuardianForm, child: StudentView | None) -> UUID:
    return register_guardian(
        current_actor(),
        form.person(),
        occupation=form.occupation.data,
        student_id=child.id if child else None,
        relationship=Relationship(form.relationship.data) if child else None,
    )


def _known(error: GuardianKnown) -> dict[str, Any]:
    """The guardian who has the number: a link to their page where the reader reaches it, and the form to link them."""
    person = find_person(error.person_id)
    try:
        page = get_guardian(guardians_seen(current_actor(), error.guardian_id), error.guardian_id)
    except NotFound:
        page = None
    form = RelationshipForm(
        formdata=None,
        data={"guardian_id": str(error.guardian_id), "relationship": request.form.get("relationship", "")},
    )
    return {"person": person, "reached": page is not None, "guardian_id": error.guardian_id, "form": form}


@blueprint.route("/guardians/<uuid:guardian_id>")
@requires(Permission.GUARDIANS_READ)
@keepable
def guardian(guardian_id: UUID) -> Response:
    """One guardian with the children they answer for."""
    actor = current_actor()
    record = get_guardian(guardians_seen(actor, guardian_id), guardian_id)
    account = find_account_of_person(record.person.id) if _office(actor) else None
    return render_page(
        "people/guardian.html",
        guardian=record,
        children=list_children_of_guardians(students_seen(actor), [guardian_id], locale=current_locale()),
        history=history(actor, ("guardian", guardian_id), ("person", record.person.id)),
        account=account,
        may_edit=_office(actor),
        may_invite=_office(actor) and (account is None or may_invite(actor, account.grants)),
        may_suspend=_may_suspend(actor, account),
        relationship_words=RELATIONSHIP_WORDS,
    )


def _may_suspend(actor: Actor, account: AccountView | None) -> bool:
    return account is not None and account.user_id != actor.user_id and may_manage(actor, account.grants)


def _office(actor: Actor) -> bool:
    return bool(office_campuses(actor, Permission.GUARDIANS_EDIT))


def _guardian_to_edit(guardian_id: UUID) -> GuardianView:
    reached = guardians_reached(
        current_actor(), permission=Permission.GUARDIANS_EDIT, guardian_id=guardian_id
    )
    return get_guardian(reached, guardian_id)


@blueprint.route("/guardians/<uuid:guardian_id>/edit", methods=["GET", "POST"])
@requires(Permission.GUARDIANS_EDIT)
def edit_guardian(guardian_id: UUID) -> Response:
    """Correct what is recorded of a guardian."""
    record = _guardian_to_edit(guardian_id)
    form = EditGuardianForm(data=_values_of(record))
    if submitted(form):
        try:
            correct_guardian(
                current_actor(),
                guardian_id,
                form.version.number,
                form.person(),
                occupation=form.occupation.data,
            )
        except PersonChanged:
            return _both_versions(form, _guardian_to_edit(guardian_id))
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Saved."), "ok")
            return see_other(url_for("people.guardian", guardian_id=guardian_id))
    code = 422 if form.problems else 200
    return render_page("people/edit_guardian.html", form=form, guardian=record, differs=None, status=code)


def _values_of(record: GuardianView) -> dict[str, Any]:
    return EditGuardianForm.values_of(record.person) | {"occupation": record.occupation}


def _both_versions(form: EditGuardianForm, now: GuardianView) -> Response:
    differs = differences(form, EditGuardianForm(formdata=None, data=_values_of(now)))
    form.version.data = str(now.person.version)
    return render_page("people/edit_guardian.html", form=form, guardian=now, differs=differs, status=409)


def _account_of(guardian_id: UUID) -> tuple[GuardianView, AccountView]:
    record = get_guardian(guardians_seen(current_actor(), guardian_id), guardian_id)
    account = find_account_of_person(record.person.id)
    if account is None:
        raise NotFound
    return record, account


@blueprint.route("/guardians/<uuid:guardian_id>/suspend", methods=["GET", "POST"])
@requires(Permission.USERS_EDIT)
def suspend_guardian(guardian_id: UUID) -> Response:
    """Ask, and suspend an account; all its devices are signed out at once."""
    record, account = _account_of(guardian_id)
    back = url_for("people.guardian", guardian_id=guardian_id)
    if submitted(NothingForm()):
        set_user_status(current_actor(), account.user_id, UserStatus.SUSPENDED)
        flash(gettext("The account is suspended."), "ok")
        return see_other(back)
    return render_page("people/suspend.html", "confirm", name=record.name, back=back)


@blueprint.route("/guardians/<uuid:guardian_id>/reactivate", methods=["POST"])
@requires(Permission.USERS_EDIT)
def reactivate_guardian(guardian_id: UUID) -> Response:
    """Let a suspended account sign in again."""
    _, account = _account_of(guardian_id)
    set_user_status(current_actor(), account.user_id, UserStatus.ACTIVE)
    flash(gettext("The account can sign in again."), "ok")
    return see_other(url_for("people.guardian", guardian_id=guardian_id))


@blueprint.route("/guardians/<uuid:guardian_id>/invite", methods=["POST"])
@requires(Permission.GUARDIANS_EDIT)
@requires_recent
def invite_guardian(guardian_id: UUID) -> Response:
    """Open the guardian's account where there is none, and make a new password link.

    The link is shown in this one answer and nowhere again, so the answer is the page itself: a 303 would
    have to carry the secret in an address or a cookie.
    """
    record = _guardian_to_edit(guardian_id)
    actor, person = current_actor(), record.person
    if not submitted(NothingForm()):
        abort(400)
    account = find_account_of_person(person.id)
    locale = account.locale if account else "bn"
    token = open_and_invite(actor, person.id, person.phone, person.email, locale, password_link)
    return render_page(
        "people/link.html",
        name=record.name,
        link=password_link(locale, token),
        account=find_account_of_person(person.id),
        back=url_for("people.guardian", guardian_id=guardian_id),
    )
