"""Reads of the accounts feature."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.db import among, constants
from app.domain.accounts.factors.models import AuthenticatorApp, Passkey
from app.domain.accounts.factors.rules import RECENT_MINUTES
from app.domain.accounts.models import OneTimeLink, Session, User, UserRole
from app.domain.accounts.types import LinkPurpose, UserStatus
from app.domain.kernel.access import ROLE_PERMISSIONS, Actor, Grant, Permission, Role
from app.domain.kernel.ids import hash_token
from app.domain.kernel.names import name_in
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import person_name_columns, persons_called
from app.uow import awaits_reader, read, read_as_member, session


def _grants() -> object:
    return (
        select(func.json_agg(func.json_build_array(UserRole.role, UserRole.campus_id)))
        .where(UserRole.user_id == User.id)
        .scalar_subquery()
    )


def is_open() -> tuple[ColumnElement[bool], ...]:
    """What makes a session one that still opens the door, all by the clock of the database."""
    return (
        Session.revoked_at.is_(None),
        Session.expires_at > func.now(),
        Session.last_seen_at + Session.idle_for > func.now(),
    )


def _has_second_factor() -> ColumnElement[bool]:
    has_app = exists().where(AuthenticatorApp.user_id == User.id, AuthenticatorApp.secret.is_not(None))
    return has_app | exists().where(Passkey.user_id == User.id)


def grants_from(rows: list[tuple[str, str | None]] | None) -> tuple[Grant, ...]:
    """The grants of a user from the JSON that the sign-in query brings along."""
    return tuple(Grant(Role(role), UUID(campus) if campus else None) for role, campus in rows or [])


@cache
def _holder() -> Any:
    """Who holds a session token, built once: every page of the portal asks."""
    name_en, name_bn, name_ar, joined = person_name_columns(User.person_id)
    return (
        select(  # type: ignore[call-overload]  # more columns than the overloads of select know
            User.id,
            User.person_id,
            User.locale,
            Session.id,
            name_en,
            name_bn,
            name_ar,
            _grants(),
            _has_second_factor(),
            Session.proved_at > func.now() - literal_column(f"interval '{RECENT_MINUTES} minutes'"),
            Session.last_seen_at,
            case((bindparam("enter", type_=Boolean), func.sa_enter(User.id, User.person_id))),
        )
        .join(User, User.id == Session.user_id)
        .join(*joined)
        .where(
            Session.token_hash == bindparam("token_hash"),
            *is_open(),
            User.status == UserStatus.ACTIVE,
        )
        .execution_options(prepared=True)
    )


def find_actor_by_session(token: str, *, ip: str | None, user_agent: str | None) -> Actor | None:
    """Who holds this session token now, with their roles, in one statement.

    The same statement tells the database who reads, unless the page is one for everybody. None where the
    session ended, was revoked, lay idle too long, or the account is not active.
    """
    enter = awaits_reader()
    row = read(_holder(), {"token_hash": hash_token(token), "enter": enter}).one_or_none()
    if row is None:
        return None
    user_id, person_id, locale, session_id, en, bn, ar, grants, has_second_factor, proved, seen_at, _ = row
    if enter:
        read_as_member(user_id, person_id)
    return Actor(
        user_id=user_id,
        person_id=person_id,
        name=name_in(locale, en, bn, ar)[0],
        locale=locale,
        grants=grants_from(grants),
        session_id=session_id,
        ip=ip,
        user_agent=user_agent,
        seen_at=seen_at,
        has_second_factor=has_second_factor,
        proved_lately=bool(proved),
    )


@dataclass(frozen=True)
class Credentials:
    """What the sign-in needs of an account."""

    user_id: UUID
    password_hash: str | None
    status: UserStatus
    locale: str
    roles: frozenset[Role]


def find_credentials(
    *, email: str | None = None, phone: str | None = None, user_id: UUID | None = None
) -> Credentials | None:
    """The account behind an e-mail address, a phone number (E.164) or a key."""
    condition = User.id == user_id if user_id else User.email == email if email else User.phone == phone
    row = (
        session()
        .execute(
            select(User.id, User.password_hash, User.status, User.locale, _grants()).where(condition)  # type: ignore[call-overload]  # more columns than the overloads of select know
        )
        .one_or_none()
    )
    if row is None:
        return None
    return Credentials(row[0], row[1], row[2], row[3], frozenset(grant.role for grant in grants_from(row[4])))


def find_password_hash(user_id: UUID) -> str | None:
    """What is kept of the password of an active account."""
    return session().scalar(
        select(User.password_hash).where(User.id == user_id, User.status == UserStatus.ACTIVE)
    )


def list_own_words(user_id: UUID) -> list[str]:
    """What others know of a user and would try first: name in every script, address, number."""
    en, bn, ar, joined = person_name_columns(User.person_id)
    row = (
        session()
        .execute(select(User.email, User.phone, en, bn, ar).join(*joined).where(User.id == user_id))
        .one_or_none()
    )
    return [text for text in row or () if text]


def is_unseen_browser(user_id: UUID, device_hash: str) -> bool:
    """Whether a user who has signed in before, on browsers we could mark, has never done so on this one."""
    seen = session().execute(
        select(func.count(), func.count().filter(Session.device_hash == device_hash)).where(
            Session.user_id == user_id, Session.device_hash.is_not(None)
        )
    )
    marked, same = seen.one()
    return bool(marked) and not same


@dataclass(frozen=True)
class OpenLink:
    """A one-time link that still works."""

    id: UUID
    user_id: UUID
    locale: str
    name: str
    expires_at: datetime
    purpose: LinkPurpose


def find_open_link(token: str) -> OpenLink | None:
    """The unused, unexpired link of this token, or None."""
    name_en, name_bn, name_ar, joined = person_name_columns(User.person_id)
    row = (
        session()
        .execute(
            select(
                OneTimeLink.id,
                User.id,
                User.locale,
                OneTimeLink.expires_at,
                OneTimeLink.purpose,
                name_en,
                name_bn,
                name_ar,
            )
            .join(User, User.id == OneTimeLink.user_id)
            .join(*joined)
            .where(
                OneTimeLink.token_hash == hash_token(token),
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > func.now(),
                User.status == UserStatus.ACTIVE,
            )
        )
        .one_or_none()
    )
    if row is None:
        return None
    link_id, user_id, locale, expires_at, purpose, en, bn, ar = row
    return OpenLink(link_id, user_id, locale, name_in(locale, en, bn, ar)[0], expires_at, purpose)


def persons_of_users(user_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The persons behind some accounts: one statement, for jobs."""
    statement = select(User.id, User.person_id).where(among(User.id, user_ids))
    return dict(session().execute(statement).all())


def find_user_of_person(person_id: UUID) -> UUID | None:
    """The account of a person, if there is one."""
    return session().scalar(select(User.id).where(User.person_id == person_id))


class AccountLine(NamedTuple):
    """Whose an account is, and what it is signed in with."""

    person_id: UUID
    phone: str | None
    email: str | None
    status: UserStatus


def list_accounts_by(
    person_ids: Collection[UUID], phones: Collection[str], emails: Collection[str]
) -> list[AccountLine]:
    """The accounts of these persons, and those with one of these numbers (E.164) or addresses. One statement."""
    rows = session().execute(
        select(User.person_id, User.phone, User.email, User.status).where(
            or_(User.person_id.in_(person_ids), User.phone.in_(phones), User.email.in_(emails))
        )
    )
    return [AccountLine(*row) for row in rows]


@dataclass(frozen=True)
class Invitee:
    """What an invitation needs of a user: the name as written in the language of the account."""

    email: str | None
    locale: str
    name: str


def find_invitee(user_id: UUID) -> Invitee | None:
    """Address, language and name of a user."""
    name_en, name_bn, name_ar, joined = person_name_columns(User.person_id)
    row = (
        session()
        .execute(
            select(User.email, User.locale, name_en, name_bn, name_ar).join(*joined).where(User.id == user_id)
        )
        .one_or_none()
    )
    return Invitee(row[0], row[1], name_in(row[1], *row[2:])[0]) if row else None


@dataclass(frozen=True)
class AccountView:
    """An account as the office sees it."""

    user_id: UUID
    person_id: UUID
    email: str | None
    phone: str | None
    locale: str
    status: UserStatus
    last_login_at: datetime | None
    has_password: bool
    link_until: datetime | None
    """Until when an unused link still works."""
    grants: tuple[Grant, ...]


def _open_link() -> object:
    return (
        select(func.max(OneTimeLink.expires_at))
        .where(
            OneTimeLink.user_id == User.id,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > func.now(),
        )
        .scalar_subquery()
    )


def find_account_of_person(person_id: UUID) -> AccountView | None:
    """The account of a person with its roles, in one statement. The caller has found the person."""
    return _find_account(User.person_id == person_id)


def find_account(user_id: UUID) -> AccountView | None:
    """An account with its roles, in one statement."""
    return _find_account(User.id == user_id)


def _find_account(condition: ColumnElement[bool]) -> AccountView | None:
    row = (
        session()
        .execute(
            select(  # type: ignore[call-overload]  # more columns than the overloads of select know
                User.id,
                User.person_id,
                User.email,
                User.phone,
                User.locale,
                User.status,
                User.last_login_at,
                User.password_hash.is_not(None),
                _open_link(),
                _grants(),
            ).where(condition)
        )
        .one_or_none()
    )
    if row is None:
        return None
    return AccountView(
        user_id=row[0],
        person_id=row[1],
        email=row[2],
        phone=row[3],
        locale=row[4],
        status=row[5],
        last_login_at=row[6],
        has_password=row[7],
        link_until=row[8],
        grants=grants_from(row[9]),
    )


@dataclass(frozen=True)
class OpenSession:
    """A device that is signed in now."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    ip_address: str | None
    user_agent: str | None


def list_open_sessions(user_id: UUID) -> list[OpenSession]:
    """The devices on which a user is signed in now, the latest first."""
    rows = session().execute(
        select(Session.id, Session.created_at, Session.last_seen_at, Session.ip_address, Session.user_agent)
        .where(Session.user_id == user_id, *is_open())
        .order_by(Session.created_at.desc(), Session.id.desc())
    )
    return [OpenSession(*row) for row in rows]


def list_user_names(user_ids: Collection[UUID]) -> dict[UUID, LocalText]:
    """The names of the people behind some accounts, for histories. One statement."""
    if not user_ids:
        return {}
    rows = read(_named(), {"keys": list(user_ids)})
    return {row[0]: LocalText(row[1] or "", row[2] or "", row[3] or "") for row in rows}


@cache
def _named() -> Any:
    en, bn, ar, joined = person_name_columns(User.person_id)
    return (
        select(User.id, en, bn, ar)
        .join(*joined)
        .where(User.id == any_(bindparam("keys", type_=ARRAY(Uuid))))
        .execution_options(prepared=True)
    )


def users_called(query: str) -> Select[UUID]:
    """The keys of the accounts of people who answer a query, as a part of another feature's statement."""
    return select(User.id).where(or_(User.person_id.in_(persons_called(query)), User.email == query.lower()))


def list_users_who_may(permission: Permission, campus_id: UUID) -> list[tuple[UUID, LocalText]]:
    """The active accounts whose roles bring a permission at a campus, by name."""
    en, bn, ar, joined = person_name_columns(User.person_id)
    roles = [role for role, held in ROLE_PERMISSIONS.items() if permission in held]
    holders = select(UserRole.user_id).where(
        UserRole.role.in_(roles), or_(UserRole.campus_id == campus_id, UserRole.campus_id.is_(None))
    )
    rows = session().execute(
        select(User.id, en, bn, ar)
        .join(*joined)
        .where(User.id.in_(holders), User.status == UserStatus.ACTIVE)
        .order_by(en, bn, User.id)
    )
    return [(row[0], LocalText(row[1] or "", row[2] or "", row[3] or "")) for row in rows]


def list_staff_addresses(role: Role, campus_id: UUID) -> list[tuple[str, str]]:
    """E-mail address and language of the active users with this role at this campus."""
    statement = (
        select(User.email, User.locale)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            UserRole.role == role,
            (UserRole.campus_id == campus_id) | UserRole.campus_id.is_(None),
            User.status == UserStatus.ACTIVE,
            User.email.is_not(None),
        )
    )
    return [(email, locale) for email, locale in session().execute(statement) if email]


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody with an active account: in which language and where letters and texts reach them."""

    user_id: UUID
    locale: str
    email: str | None
    phone: str | None


def list_reachable(person_ids: Collection[UUID]) -> dict[UUID, Reachable]:
    """How these persons are reached, by person, as far as they have an active account. One statement."""
    rows = session().execute(
        select(User.person_id, User.id, User.locale, User.email, User.phone).where(
            among(User.person_id, person_ids), User.status == UserStatus.ACTIVE
        )
    )
    return {row[0]: Reachable(*row[1:]) for row in rows}


def list_holders(permission: Permission) -> dict[UUID, tuple[LocalText, frozenset[UUID] | None]]:
    """The active users with a permission: their names, and the campuses where they hold it (None: at each)."""
    return {
        key: (LocalText(en or "", bn or "", ar or ""), None if None in places else frozenset(places))
        for key, en, bn, ar, places in read(_holders(permission), {})
    }


@cache
def _holders(permission: Permission) -> Any:
    roles = constants(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
    en, bn, ar, joined = person_name_columns(User.person_id)
    return (
        select(User.id, en, bn, ar, func.array_agg(UserRole.campus_id))
        .join(UserRole, UserRole.user_id == User.id)
        .join(*joined)
        .where(UserRole.role.in_(roles), User.status == UserStatus.ACTIVE)
        .group_by(User.id, en, bn, ar)
        .execution_options(prepared=True)
    )


def list_languages(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """The language of those of some persons who have an account."""
    rows = session().execute(select(User.person_id, User.locale).where(User.person_id.in_(list(person_ids))))
    return dict(rows.all())


def user_name_columns(user_key: Any) -> tuple[Any, Any, Any, tuple[Any, Any]]:
    """The three names of the person behind a user, and the join that brings them along.

    For what records who did it: `en, bn, ar, joined = user_name_columns(Register.taken_by)`;
    `select(..., en, bn, ar).outerjoin(*joined)`.
    """
    en, bn, ar, joined = person_name_columns(User.person_id)
    named = (
        select(User.id, en.label("name_en"), bn.label("name_bn"), ar.label("name_ar"))
        .join(*joined)
        .subquery()
    )
    return named.c.name_en, named.c.name_bn, named.c.name_ar, (named, named.c.id == user_key)
