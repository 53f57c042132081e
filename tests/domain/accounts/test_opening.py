"""Opening accounts: guardians by phone, staff by e-mail, each with an invitation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.accounts.factors.services import begin_sign_in
from app.domain.accounts.models import User, UserRole
from app.domain.accounts.queries import find_open_link
from app.domain.accounts.services import (
    create_user,
    ensure_guardian_account,
    grant_role,
    invite_user,
    issue_link,
    redeem_link,
    take_role,
)
from app.domain.accounts.types import EmailTaken, LinkPurpose, LinkSpent, PhoneTaken, SignInNameMissing
from app.domain.audit.services import record
from app.domain.kernel.access import Role
from app.domain.kernel.errors import NotFound
from app.domain.outbox.models import OutboxMessage
from app.domain.people.services import add_person
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.locks import until_somebody_waits


def link(locale: str, token: str) -> str:
    return f"https://school.example/{locale}/password/{token}"


def person(cast: Cast) -> UUID:
    return add_person(cast.farida.actor, name_bn="নাসিমা বেগম", phone="+8801811222333")


def roles_of(user_id: UUID) -> set[tuple[Role, UUID | None]]:
    rows = session().execute(select(UserRole.role, UserRole.campus_id).where(UserRole.user_id == user_id))
    return {(role, campus) for role, campus in rows}


def test_guardian_gets_one_account_however_often_asked(cast: Cast) -> None:
    who = person(cast)
    user_id, created = ensure_guardian_account(cast.farida.actor, who, "+8801811222333", None, "bn")
    assert created
    assert ensure_guardian_account(cast.farida.actor, who, "+8801811222333", None, "bn") == (user_id, False)
    assert roles_of(user_id) == {(Role.GUARDIAN, None)}


def test_teacher_whose_child_comes_keeps_the_account_and_becomes_a_guardian(cast: Cast) -> None:
    user_id, created = ensure_guardian_account(
        cast.farida.actor, cast.bashir.person_id, "+8801811222334", None, "bn"
    )
    assert (user_id, created) == (cast.bashir.user_id, False)
    assert roles_of(user_id) == {(Role.TEACHER, cast.campus), (Role.GUARDIAN, None)}


def test_phone_of_another_account_is_refused(cast: Cast) -> None:
    with pytest.raises(PhoneTaken):
        ensure_guardian_account(cast.farida.actor, person(cast), "+8801711000001", None, "bn")


def test_email_of_another_account_is_left_out(cast: Cast) -> None:
    user_id, _ = ensure_guardian_account(
        cast.farida.actor, person(cast), "+8801811222333", "EHSAN@family.example", "bn"
    )
    assert session().scalar(select(User.email).where(User.id == user_id)) is None


def test_account_without_phone_and_email_is_refused(cast: Cast) -> None:
    with pytest.raises(SignInNameMissing):
        ensure_guardian_account(cast.farida.actor, person(cast), None, None, "bn")


def test_email_taken_is_told_in_words(cast: Cast) -> None:
    from app.domain.accounts.services import open_account

    with pytest.raises(EmailTaken):
        open_account(
            cast.hasan.actor,
            person(cast),
            email="bashir@smart-academy.example",
            phone=None,
            locale="en",
            roles=[],
        )


def test_invitation_leaves_by_mail_in_the_language_of_the_account(cast: Cast) -> None:
    user_id, _ = ensure_guardian_account(
        cast.farida.actor, person(cast), "+8801811222333", "nasima@family.example", "bn"
    )
    token = invite_user(cast.farida.actor, user_id, link)
    mail = session().scalars(select(OutboxMessage).where(OutboxMessage.kind == "invitation")).one()
    assert (mail.recipient, mail.locale) == ("nasima@family.example", "bn")
    assert link("bn", token) in mail.body and "নাসিমা বেগম" in mail.body


def test_invitation_without_address_is_only_a_link_that_works_once(cast: Cast) -> None:
    user_id, _ = ensure_guardian_account(cast.farida.actor, person(cast), "+8801811222333", None, "bn")
    token = invite_user(cast.farida.actor, user_id, link)
    assert session().scalars(select(OutboxMessage)).all() == []
    redeem_link(token, "a-new-password")
    assert begin_sign_in("০১৮১১-২২২৩৩৩", "a-new-password").token
    with pytest.raises(LinkSpent):
        redeem_link(token, "another-password")


def test_renewed_link_ends_the_one_before(cast: Cast) -> None:
    first = invite_user(cast.hasan.actor, cast.bashir.user_id, link)
    second = invite_user(cast.hasan.actor, cast.bashir.user_id, link)
    assert find_open_link(first) is None
    assert find_open_link(second) is not None


def test_nobody_cannot_be_invited(cast: Cast) -> None:
    with pytest.raises(NotFound):
        invite_user(cast.hasan.actor, uuid4(), link)


def test_user_is_created_with_a_password_that_works(cast: Cast) -> None:
    create_user(
        cast.hasan.actor,
        person(cast),
        email="New@School.Example",
        phone=None,
        locale="en",
        roles=[(Role.EDITOR, cast.campus)],
        password="long-enough-1",
    )
    assert begin_sign_in("new@school.example", "long-enough-1").token


def test_of_two_links_made_at_once_one_works(real_app: Flask) -> None:
    from tests.support.cast import CAST

    def make() -> str:
        with real_app.app_context():
            try:
                return issue_link(CAST.hasan.actor, CAST.dalia.user_id, LinkPurpose.INVITATION)
            finally:
                extension.session.remove()

    with real_app.app_context(), ThreadPoolExecutor(max_workers=1) as pool:
        with transaction() as db:
            first = issue_link(CAST.hasan.actor, CAST.dalia.user_id, LinkPurpose.INVITATION)
            db.flush()
            second = pool.submit(make)
            until_somebody_waits(db)
        assert find_open_link(second.result(10)) is not None
        assert find_open_link(first) is None


def test_a_role_given_by_two_at_once_is_given_once(real_app: Flask) -> None:
    from tests.support.cast import CAST

    def give() -> bool:
        with real_app.app_context():
            try:
                return grant_role(CAST.hasan.actor, CAST.bashir.user_id, Role.EDITOR, CAST.campus)
            finally:
                extension.session.remove()

    with real_app.app_context(), ThreadPoolExecutor(max_workers=1) as pool:
        with transaction() as db:
            assert grant_role(CAST.hasan.actor, CAST.bashir.user_id, Role.EDITOR, CAST.campus)
            db.flush()
            second = pool.submit(give)
            until_somebody_waits(db)
        assert second.result(10) is False
        assert (Role.EDITOR, CAST.campus) in roles_of(CAST.bashir.user_id)


def test_whoever_loses_a_role_goes_on_working_meanwhile(real_app: Flask) -> None:
    from tests.support.cast import CAST

    def work() -> None:
        with real_app.app_context():
            with transaction():
                record(CAST.bashir.actor, "test.done", "test", None)
            extension.session.remove()

    with real_app.app_context(), ThreadPoolExecutor(max_workers=1) as pool:
        grant_role(CAST.hasan.actor, CAST.bashir.user_id, Role.EDITOR, CAST.campus)
        with transaction():
            assert take_role(CAST.hasan.actor, CAST.bashir.user_id, Role.EDITOR, CAST.campus)
            pool.submit(work).result(5)
