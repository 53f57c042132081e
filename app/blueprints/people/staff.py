"""Staff: found, shown, added, corrected, and their accounts looked after."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from app.blueprints.people.area import blueprint, campus_choices, chosen_campus, history, query_asked
from app.blueprints.people.forms import (
    STAFF_WORDS,
    AddRoleForm,
    AddStaffForm,
    Choices,
    EditStaffForm,
    NothingForm,
    OpenAccountForm,
    differences,
)
from app.domain.academics.queries import get_campus, list_campuses
from app.domain.accounts.leaving import edit_staff_with_account as correct_staff
from app.domain.accounts.policies import may_manage
from app.domain.accounts.queries import AccountView, find_account_of_person
from app.domain.accounts.services import (
    add_role,
    open_staff_account,
    renew_invitation,
    set_user_status,
    take_role,
)
from app.domain.accounts.types import UserStatus
from app.domain.kernel.access import ALL, Actor, Permission, Role
from app.domain.kernel.errors import Forbidden, NotFound, Refused
from app.domain.kernel.paging import Page, page_number
from app.domain.people.policies import may_edit_staff, staff_reached
from app.domain.people.queries import PAGE_SIZE, StaffView, count_staff, get_staff_member, list_staff
from app.domain.people.services import register_staff
from app.domain.people.types import PersonChanged, StaffStatus
from app.web.access import current_actor, requires
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.headers import keepable
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale
from app.web.navigation import ROLE_WORDS
from app.web.once import creates
from app.web.proof import requires_recent
from app.web.urls import password_link

EVERYWHERE = ""


@blueprint.route("/staff/")
@requires(Permission.STAFF_READ)
@keepable
def staff() -> Response:
    """Who works at the campuses within reach."""
    actor = current_actor()
    campuses = list_campuses(actor, Permission.STAFF_READ)
    campus_id = chosen_campus(campuses)
    query = query_asked()
    typed = request.args.get("status", StaffStatus.ACTIVE.value)
    status = StaffStatus(typed) if typed in list(StaffStatus) else None
    seen = staff_reached(actor)
    number = page_number(request.args.get("page"))
    counts = count_staff(seen, query, campus_id)
    lines = list_staff(seen, query, campus_id=campus_id, status=status, locale=current_locale(), page=number)
    total = counts.get(status, 0) if status else sum(counts.values())
    page = Page(lines, number, PAGE_SIZE, total)
    context: dict[str, Any] = {
        "page": page,
        "counts": counts,
        "standing": status,
        "query": query,
        "words": STAFF_WORDS,
    }
    may_add = actor.may(Permission.STAFF_EDIT)
    return render_page(
        "people/staff.html", "list", campuses=campuses, campus_id=campus_id, may_add=may_add, **context
    )


def _found(staff_id: UUID) -> StaffView:
    return get_staff_member(staff_reached(current_actor()), staff_id)


def _to_edit(staff_id: UUID) -> StaffView:
    record = _found(staff_id)
    if not may_edit_staff(current_actor(), record.campus_id):
        raise Forbidden
    return record


@blueprint.route("/staff/add", methods=["GET", "POST"])
@requires(Permission.STAFF_EDIT)
@creates
def add_staff() -> Response:
    """Record a new member of staff."""
    actor = current_actor()
    form = AddStaffForm(campus_choices(actor, Permission.STAFF_EDIT))
    if submitted(form) and form.campus_id.key:
        try:
            staff_id = register_staff(
                actor,
                form.campus_id.key,
                form.person(),
                employee_id=form.employee_id.data,
                designation=form.designation.data,
                joined_on=form.joined_on.data,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("The member of staff is recorded."), "ok")
            return see_other(url_for("people.staff_member", staff_id=staff_id))
    return render_page("people/add_staff.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/staff/<uuid:staff_id>")
@requires(Permission.STAFF_READ)
def staff_member(staff_id: UUID) -> Response:
    """One member of staff, with the account for those who look after accounts."""
    return _member_page(_found(staff_id))


def _member_page(record: StaffView, role_form: AddRoleForm | None = None) -> Response:
    actor = current_actor()
    account = find_account_of_person(record.person.id) if actor.may(Permission.USERS_READ) else None
    manages = actor.may(Permission.USERS_EDIT) and (account is None or may_manage(actor, account.grants))
    return render_page(
        "people/staff_member.html",
        member=record,
        campus=get_campus(actor, record.campus_id, Permission.STAFF_READ),
        history=history(
            actor, ("staff", record.id), ("person", record.person.id), campus_id=record.campus_id
        ),
        account=account,
        grants=_in_words(actor, account),
        may_read_account=actor.may(Permission.USERS_READ),
        manages=manages,
        own=account is not None and account.user_id == actor.user_id,
        may_edit=may_edit_staff(actor, record.campus_id),
        role_form=role_form or (AddRoleForm(_role_places(actor), formdata=None) if manages else None),
        words=STAFF_WORDS,
        status=422 if role_form and role_form.problems else 200,
    )


def _in_words(actor: Actor, account: AccountView | None) -> list[dict[str, Any]]:
    """The roles of an account, each with the campus it holds at."""
    if account is None:
        return []
    names = {campus.id: campus.name for campus in list_campuses(actor, Permission.USERS_READ)}
    return [
        {
            "role": grant.role,
            "word": ROLE_WORDS[grant.role],
            "campus": names.get(grant.campus_id) if grant.campus_id else None,
            "campus_id": grant.campus_id or EVERYWHERE,
            "elsewhere": grant.campus_id is not None and grant.campus_id not in names,
        }
        for grant in account.grants
    ]


def _role_places(actor: Actor) -> Choices:
    """Where the reader may give roles; everywhere only for those who reach everywhere."""
    places = campus_choices(actor, Permission.USERS_EDIT)
    if actor.campuses_for(Permission.USERS_EDIT) is ALL:
        places.append(SelectChoice(EVERYWHERE, _l("All campuses")))
    return places


@blueprint.route("/staff/<uuid:staff_id>/edit", methods=["GET", "POST"])
@requires(Permission.STAFF_EDIT)
def edit_staff(staff_id: UUID) -> Response:
    """Correct what is recorded of a member of staff."""
    record = _to_edit(staff_id)
    form = EditStaffForm(data=_values_of(record))
    if submitted(form):
        try:
            _save(record, form)
        except PersonChanged:
            return _both_versions(form, _to_edit(staff_id))
        except Refused as error:
            form.put_refusal(error)
        else:
            flash(gettext("Saved."), "ok")
            return see_other(url_for("people.staff_member", staff_id=staff_id))
    code = 422 if form.problems else 200
    return render_page("people/edit_staff.html", form=form, member=record, differs=None, status=code)


def _save(record: StaffView, form: EditStaffForm) -> None:
    correct_staff(
        current_actor(),
        record.id,
        record.person.id,
        form.version.number,
        form.person(),
        employee_id=form.employee_id.data,
        designation=form.designation.data,
        joined_on=form.joined_on.data,
        status=StaffStatus(form.status.data),
    )


def _values_of(record: StaffView) -> dict[str, Any]:
    return EditStaffForm.values_of(record.person) | {
        "employee_id": record.employee_id,
        "designation": record.designation,
        "joined_on": record.joined_on,
        "status": record.status.value,
    }


def _both_versions(form: EditStaffForm, now: StaffView) -> Response:
    differs = differences(form, EditStaffForm(formdata=None, data=_values_of(now)))
    form.version.data = str(now.person.version)
    return render_page("people/edit_staff.html", form=form, member=now, differs=differs, status=409)


# --- accounts of staff


def _account_of(record: StaffView) -> AccountView:
    account = find_account_of_person(record.person.id)
    if account is None:
        raise NotFound
    return account


@blueprint.route("/staff/<uuid:staff_id>/account", methods=["GET", "POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def open_account(staff_id: UUID) -> Response:
    """Open the account of a member of staff in a role, and show the link that sets its password."""
    record, actor = _found(staff_id), current_actor()
    if find_account_of_person(record.person.id):
        return see_other(url_for("people.staff_member", staff_id=staff_id))
    values = {"email": record.person.email, "phone": record.person.phone, "campus_id": str(record.campus_id)}
    form = OpenAccountForm(_role_places(actor), data=values)
    if submitted(form):
        try:
            user_id = open_staff_account(
                actor,
                record.person.id,
                email=form.email.data or None,
                phone=form.phone.data or None,
                locale=form.locale.data,
                role=Role(form.role.data),
                campus_id=form.campus_id.key,
            )
        except Refused as error:
            form.put_refusal(error)
        else:
            return _hand_out(record, user_id, form.locale.data)
    return render_page(
        "people/open_account.html", form=form, member=record, status=422 if form.problems else 200
    )


def _hand_out(record: StaffView, user_id: UUID, locale: str) -> Response:
    """Make a new password link and show it in this one answer; a 303 would have to carry the secret along."""
    token = renew_invitation(current_actor(), user_id, password_link)
    return render_page(
        "people/link.html",
        name=record.name,
        link=password_link(locale, token),
        account=find_account_of_person(record.person.id),
        back=url_for("people.staff_member", staff_id=record.id),
    )


@blueprint.route("/staff/<uuid:staff_id>/invite", methods=["POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def invite_staff(staff_id: UUID) -> Response:
    """Make a new password link for a member of staff."""
    record = _found(staff_id)
    account = _account_of(record)
    return _hand_out(record, account.user_id, account.locale)


@blueprint.route("/staff/<uuid:staff_id>/suspend", methods=["GET", "POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def suspend_staff(staff_id: UUID) -> Response:
    """Ask, and suspend an account; all its devices are signed out at once."""
    record = _found(staff_id)
    account = _account_of(record)
    if submitted(NothingForm()):
        set_user_status(current_actor(), account.user_id, UserStatus.SUSPENDED)
        flash(gettext("The account is suspended."), "ok")
        return see_other(url_for("people.staff_member", staff_id=staff_id))
    back = url_for("people.staff_member", staff_id=staff_id)
    return render_page("people/suspend.html", "confirm", name=record.name, back=back)


@blueprint.route("/staff/<uuid:staff_id>/reactivate", methods=["POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def reactivate_staff(staff_id: UUID) -> Response:
    """Let a suspended account sign in again."""
    account = _account_of(_found(staff_id))
    set_user_status(current_actor(), account.user_id, UserStatus.ACTIVE)
    flash(gettext("The account can sign in again."), "ok")
    return see_other(url_for("people.staff_member", staff_id=staff_id))


@blueprint.route("/staff/<uuid:staff_id>/roles", methods=["POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def give_role(staff_id: UUID) -> Response:
    """Give an account one more role."""
    record, actor = _found(staff_id), current_actor()
    account = _account_of(record)
    form = AddRoleForm(_role_places(actor))
    if not submitted(form):
        return _member_page(record, form)
    try:
        add_role(actor, account.user_id, Role(form.role.data), form.campus_id.key)
    except Refused as error:
        form.put_refusal(error)
        return _member_page(record, form)
    flash(gettext("The role is given."), "ok")
    return see_other(url_for("people.staff_member", staff_id=staff_id))


@blueprint.route("/staff/<uuid:staff_id>/roles/take", methods=["POST"])
@requires(Permission.USERS_EDIT)
@requires_recent
def take_back_role(staff_id: UUID) -> Response:
    """Take a role back."""
    account = _account_of(_found(staff_id))
    held = {(grant.role.value, str(grant.campus_id or EVERYWHERE)): grant for grant in account.grants}
    grant = held.get((request.form.get("role", ""), request.form.get("campus_id", "")))
    if grant is None:
        abort(404)
    try:
        take_role(current_actor(), account.user_id, grant.role, grant.campus_id)
    except Refused as error:
        flash(message_of(error), "bad")
    else:
        flash(gettext("The role is taken back."), "ok")
    return see_other(url_for("people.staff_member", staff_id=staff_id))
