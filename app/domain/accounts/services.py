"""Writes of the accounts feature: one verb, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from app.domain.accounts.letters import invitation_letter
from app.domain.accounts.models import OneTimeLink, Session, User, UserRole
from app.domain.accounts.policies import may_grant, may_invite, may_manage
from app.domain.accounts.queries import (
    AccountView,
    Credentials,
    OpenLink,
    find_account,
    find_credentials,
    find_invitee,
    find_open_link,
    find_user_of_person,
)
from app.domain.accounts.rules import check_password, link_lifetime, looks_like_email, session_lifetime
from app.domain.accounts.types import (
    AccountExists,
    AccountSuspended,
    EmailTaken,
    LastRole,
    LinkPurpose,
    LinkSpent,
    OwnAccount,
    PhoneTaken,
    RoleOutOfReach,
    SignInNameMissing,
    SignInRefused,
    UserStatus,
)
from app.domain.audit.services import record, record_change
from app.domain.kernel.access import STAFF_ROLES, SYSTEM, Actor, Grant, Role
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.kernel.ids import hash_token, new_token
from app.domain.kernel.phones import PhoneError, normalise_mobile
from app.domain.limits.rules import SLOW_AFTER, network_of
from app.domain.limits.services import give_back, take
from app.domain.limits.types import Counted, Limit, TooMany
from app.domain.outbox.services import write_mail
from app.uow import transaction

# OWASP's floor for argon2id: 19 MiB, two passes, one lane.
log = logging.getLogger(__name__)

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises PasswordTooShort."""
    return _hasher.hash(check_password(password))


def _matches(password_hash: str | None, password: str) -> bool:
    """Compare in the same time whether the account exists or not."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def prove_password(
    identifier: str, password: str, *, ip: str | None = None, user_agent: str | None = None
) -> Credentials:
    """Whose name and password these are. It opens nothing: the account may ask for a second step.

    Raises SignInRefused for an unknown account, a wrong password and a suspended account alike, and TooMany, which
    is decided by the name that was typed, so that it does not tell whether there is such an account.
    """
    email, phone = _as_stored(identifier)
    wrong = _count_try(email or phone or identifier.strip().casefold(), ip, user_agent)
    found = find_credentials(email=email, phone=phone) if email or phone else None
    if not _matches(found.password_hash if found else None, password) or found is None:
        _record_refusal(found.user_id if found else None, ip, user_agent)
        raise SignInRefused
    if found.status is not UserStatus.ACTIVE:
        _record_refusal(found.user_id, ip, user_agent)
        raise SignInRefused
    give_back(*wrong)
    return found


def password_is(user_id: UUID, password: str) -> bool:
    """Whether this is the password of an account."""
    found = find_credentials(user_id=user_id)
    return _matches(found.password_hash if found else None, password)


def _as_stored(identifier: str) -> tuple[str | None, str | None]:
    """What was typed as the e-mail address or the phone number that an account would have."""
    if looks_like_email(identifier):
        return identifier.strip().lower(), None
    try:
        return None, normalise_mobile(identifier)
    except PhoneError:
        return None, None


def _count_try(name: str, ip: str | None, user_agent: str | None) -> tuple[Counted, Counted]:
    """Count a sign-in before the password is looked at. Returns what to take back where it is right.

    The address comes first: one that is refused tries no account, and so cannot close ten thousand of them.
    Raises TooMany.
    """
    by, network = _as(None, ip, user_agent), network_of(ip)
    at_address: Counted = (Limit.WRONG_PASSWORD_ADDRESS, network)
    on_account: Counted = (Limit.WRONG_PASSWORD_ACCOUNT, name)
    take(by, at_address, (Limit.SIGN_IN_ADDRESS, network), (Limit.SIGN_IN_ALL, ""))
    counts = take(by, on_account, (Limit.SIGN_IN_ACCOUNT, name))
    if counts[Limit.WRONG_PASSWORD_ACCOUNT].count > SLOW_AFTER:
        try:
            take(by, (Limit.SIGN_IN_PACE, name))
        except TooMany:
            give_back(on_account)  # nobody looked at the password
            raise
    return at_address, on_account


def open_session(
    user_id: UUID, roles: frozenset[Role], *, keep: bool, ip: str | None, user_agent: str | None
) -> str:
    """Store a new session row and return its token, of which only the hash is stored.

    Only for somebody who has proved all that the account asks for; see `factors.services`.
    """
    token = new_token()
    now = datetime.now(UTC)
    with transaction() as db:
        row = Session(
            user_id=user_id,
            token_hash=hash_token(token),
            expires_at=now + session_lifetime(roles, keep=keep),
            ip_address=ip,
            user_agent=(user_agent or "")[:300] or None,
        )
        db.add(row)
        db.execute(update(User).where(User.id == user_id).values(last_login_at=now))
        db.flush()
        record(_as(user_id, ip, user_agent), "session.opened", "session", row.id)
    log.info("sign-in", extra={"outcome": "ok", "account": str(user_id)})
    return token


def _as(user_id: UUID | None, ip: str | None, user_agent: str | None) -> Actor:
    return Actor(
        user_id=user_id, person_id=None, name="", locale="en", grants=(), ip=ip, user_agent=user_agent
    )


def _record_refusal(user_id: UUID | None, ip: str | None, user_agent: str | None) -> None:
    with transaction():
        record(_as(None, ip, user_agent), "session.refused", "user", user_id)
    log.warning("sign-in", extra={"outcome": "refused", "account": str(user_id) if user_id else None})


def sign_out(actor: Actor) -> None:
    """End the session of this actor at once."""
    with transaction() as db:
        db.execute(update(Session).where(Session.id == actor.session_id).values(revoked_at=datetime.now(UTC)))
        record(actor, "session.closed", "session", actor.session_id)


def switch_language(actor: Actor, locale: str) -> None:
    """Remember the language of an account."""
    with transaction() as db:
        db.execute(update(User).where(User.id == actor.user_id).values(locale=locale))
        record(
            actor,
            "user.language",
            "user",
            actor.user_id,
            old={"locale": actor.locale},
            new={"locale": locale},
        )


def create_user(
    actor: Actor,
    person_id: UUID,
    *,
    email: str | None,
    phone: str | None,
    locale: str,
    roles: list[tuple[Role, UUID | None]],
    password: str | None = None,
    password_hash: str | None = None,
) -> UUID:
    """Open an account for a person. Without a password it needs an invitation to come alive.

    E-mail and phone (E.164) must be free: the unique constraints decide races.
    """
    with transaction() as db:
        user = User(
            person_id=person_id,
            email=email.lower() if email else None,
            phone=phone,
            locale=locale,
            password_hash=password_hash or (hash_password(password) if password else None),
        )
        db.add(user)
        db.flush()
        for role, campus_id in roles:
            db.add(UserRole(user_id=user.id, role=role, campus_id=campus_id))
        record(
            actor,
            "user.created",
            "user",
            user.id,
            new={"email": user.email, "phone": phone, "roles": [[role, campus] for role, campus in roles]},
        )
    return user.id


def grant_role(actor: Actor, user_id: UUID, role: Role, campus_id: UUID | None) -> bool:
    """Give a user a role at a campus (None: everywhere). False where the user has it already."""
    with transaction() as db:
        # The unique index decides: of two who give it at once, one gives it.
        given = db.scalar(
            insert(UserRole)
            .values(user_id=user_id, role=role, campus_id=campus_id)
            .on_conflict_do_nothing()
            .returning(UserRole.id)
        )
        if given is None:
            return False
        record(
            actor,
            "user.role_granted",
            "user",
            user_id,
            campus_id=campus_id,
            new={"role": role, "campus": campus_id},
        )
    return True


def issue_link(actor: Actor, user_id: UUID, purpose: LinkPurpose) -> str:
    """Make a one-time link and return its token. Earlier open links of the account stop working."""
    token = new_token()
    now = datetime.now(UTC)
    with transaction() as db:
        # Two links made at once would not see each other, and both would work.
        db.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        db.execute(
            update(OneTimeLink)
            .where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
            .values(used_at=now)
        )
        db.add(
            OneTimeLink(
                user_id=user_id,
                purpose=purpose,
                token_hash=hash_token(token),
                expires_at=now + link_lifetime(purpose),
            )
        )
        record(actor, "link.issued", "user", user_id, new={"purpose": purpose})
    return token


def try_link(token: str, *, ip: str | None = None, user_agent: str | None = None) -> OpenLink | None:
    """The open link of a token, or None. Tokens that open nothing are counted for the address. Raises TooMany."""
    counted: Counted = (Limit.WRONG_LINK_ADDRESS, network_of(ip))
    take(_as(None, ip, user_agent), counted)
    link = find_open_link(token)
    if link is not None:
        give_back(counted)
    return link


def redeem_link(token: str, password: str, *, ip: str | None = None, user_agent: str | None = None) -> UUID:
    """Set the password that a one-time link allows to set, and end the account's other sessions.

    Returns the user. Raises LinkSpent, PasswordTooShort.
    """
    password_hash = hash_password(password)
    now = datetime.now(UTC)
    with transaction() as db:
        link = find_open_link(token)
        if link is None:
            raise LinkSpent
        spent = db.execute(
            update(OneTimeLink)
            .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
            .values(used_at=now)
            .returning(OneTimeLink.id)
        ).one_or_none()
        if spent is None:  # a second click got there first
            raise LinkSpent
        db.execute(update(User).where(User.id == link.user_id).values(password_hash=password_hash))
        db.execute(
            update(Session)
            .where(Session.user_id == link.user_id, Session.revoked_at.is_(None))
            .values(revoked_at=now)
        )
        record(_as(link.user_id, ip, user_agent), "user.password_set", "user", link.user_id)
    return link.user_id


def ensure_guardian_account(
    actor: Actor, person_id: UUID, phone: str | None, email: str | None, locale: str
) -> tuple[UUID, bool]:
    """The account of a guardian, opened where there is none. Returns (user, whether it was opened now).

    Somebody who has an account already, such as a teacher whose child comes to the school, keeps it and
    becomes a guardian as well. An e-mail address that belongs to another account is left out, because the
    phone number is enough to sign in. Raises SignInNameMissing, PhoneTaken.
    """
    with transaction() as db:
        user_id = find_user_of_person(person_id)
        if user_id is not None:
            grant_role(actor, user_id, Role.GUARDIAN, None)
            return user_id, False
        if email and db.scalar(select(User.id).where(User.email == email.lower())):
            email = None
        user_id = open_account(
            actor, person_id, email=email, phone=phone, locale=locale, roles=[(Role.GUARDIAN, None)]
        )
    return user_id, True


def open_account(
    actor: Actor,
    person_id: UUID,
    *,
    email: str | None,
    phone: str | None,
    locale: str,
    roles: list[tuple[Role, UUID | None]],
) -> UUID:
    """Open an account without a password, telling in words what stands in the way.

    Raises SignInNameMissing, EmailTaken, PhoneTaken, AccountExists.
    """
    if not (email or phone):
        raise SignInNameMissing
    with transaction() as db:
        try:
            with db.begin_nested():
                return create_user(actor, person_id, email=email, phone=phone, locale=locale, roles=roles)
        except IntegrityError as error:
            raise _TAKEN.get(_constraint(error) or "", AccountExists) from error


_TAKEN = {"uq_users_email": EmailTaken, "uq_users_phone": PhoneTaken}


def _constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


def invite_user(actor: Actor, user_id: UUID, link_builder: Callable[[str, str], str]) -> str:
    """Let a user choose a password by a new one-time link, and mail it where there is an address.

    `link_builder(locale, token)` makes the address of the page. Returns the token, so that the office can
    hand the link over where there is no mail. Raises NotFound.
    """
    with transaction():
        invitee = find_invitee(user_id)
        if invitee is None:
            raise NotFound
        token = issue_link(actor, user_id, LinkPurpose.INVITATION)
        if invitee.email:
            link = link_builder(invitee.locale, token)
            subject, body = invitation_letter(invitee.locale, invitee.name, link)
            write_mail("invitation", invitee.email, invitee.locale, subject, body)
    return token


def open_staff_account(
    actor: Actor,
    person_id: UUID,
    *,
    email: str | None,
    phone: str | None,
    locale: str,
    role: Role,
    campus_id: UUID | None,
) -> UUID:
    """Open the account of a member of staff in a role at a campus (None: everywhere). Returns the user.

    Raises RoleOutOfReach, SignInNameMissing, EmailTaken, PhoneTaken, AccountExists.
    """
    if not may_grant(actor, role, campus_id):
        raise RoleOutOfReach
    return open_account(actor, person_id, email=email, phone=phone, locale=locale, roles=[(role, campus_id)])


def _managed(actor: Actor, user_id: UUID) -> AccountView:
    account = find_account(user_id)
    if account is None:
        raise NotFound
    if not may_manage(actor, account.grants):
        raise Forbidden
    return account


def renew_invitation(actor: Actor, user_id: UUID, link_builder: Callable[[str, str], str]) -> str:
    """Hand out a new password link to an account one looks after; see `invite_user`.

    Raises NotFound, Forbidden, AccountSuspended.
    """
    account = find_account(user_id)
    if account is None:
        raise NotFound
    if not may_invite(actor, account.grants):
        raise Forbidden
    if account.status is not UserStatus.ACTIVE:
        raise AccountSuspended
    return invite_user(actor, user_id, link_builder)


def invite_guardian(
    actor: Actor,
    person_id: UUID,
    phone: str | None,
    email: str | None,
    locale: str,
    link_builder: Callable[[str, str], str],
) -> str:
    """Open the account of a guardian where there is none, and hand out a new password link: both or neither.

    Returns the token. Raises what `ensure_guardian_account` and `renew_invitation` do.
    """
    with transaction():
        user_id, _ = ensure_guardian_account(actor, person_id, phone, email, locale)
        return renew_invitation(actor, user_id, link_builder)


def set_user_status(actor: Actor, user_id: UUID, status: UserStatus) -> bool:
    """Suspend an account, which signs out all its devices at once, or let it sign in again.

    Returns whether that is new. Raises NotFound, Forbidden, OwnAccount.
    """
    if user_id == actor.user_id:
        raise OwnAccount
    with transaction() as db:
        account = _managed(actor, user_id)
        if account.status is status:
            return False
        db.execute(update(User).where(User.id == user_id).values(status=status))
        if status is not UserStatus.ACTIVE:
            _end_sessions(db, Session.user_id == user_id)
        return record_change(
            actor, "user.status", "user", user_id, old={"status": account.status}, new={"status": status}
        )


def add_role(actor: Actor, user_id: UUID, role: Role, campus_id: UUID | None) -> bool:
    """Give an account one looks after one more role of staff. Raises NotFound, Forbidden, RoleOutOfReach."""
    with transaction():
        _managed(actor, user_id)
        if not may_grant(actor, role, campus_id):
            raise RoleOutOfReach
        return grant_role(actor, user_id, role, campus_id)


def take_role(actor: Actor, user_id: UUID, role: Role, campus_id: UUID | None) -> bool:
    """Take a role of staff back. False where it was not held. Raises NotFound, Forbidden, LastRole, OwnAccount."""
    if user_id == actor.user_id and role is Role.ADMIN:
        raise OwnAccount
    with transaction() as db:
        # Not the whole row: what the user does meanwhile names them in the audit log, and must not wait.
        db.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
        account = _managed(actor, user_id)
        if Grant(role, campus_id) not in account.grants or role not in STAFF_ROLES:
            return False
        if len(account.grants) == 1:
            raise LastRole
        same_campus = UserRole.campus_id == campus_id if campus_id else UserRole.campus_id.is_(None)
        db.execute(delete(UserRole).where(UserRole.user_id == user_id, UserRole.role == role, same_campus))
        record(
            actor,
            "user.role_taken",
            "user",
            user_id,
            campus_id=campus_id,
            old={"role": role, "campus": campus_id},
        )
    return True


def _end_sessions(db: DbSession, condition: ColumnElement[bool]) -> int:
    ended = db.execute(
        update(Session)
        .where(condition, Session.revoked_at.is_(None), Session.expires_at > func.now())
        .values(revoked_at=datetime.now(UTC))
        .returning(Session.id)
    ).all()
    return len(ended)


def end_other_sessions(actor: Actor) -> int:
    """Sign the actor out on every device but this one. Returns how many those were."""
    with transaction() as db:
        others = (Session.user_id == actor.user_id) & (Session.id != actor.session_id)
        ended = _end_sessions(db, others)
        if ended:
            record(actor, "session.others_closed", "user", actor.user_id, new={"devices": ended})
    return ended


def end_session(actor: Actor, session_id: UUID) -> bool:
    """Sign the actor out on one device. False where it is not one of theirs, or ended before."""
    with transaction() as db:
        own = (Session.user_id == actor.user_id) & (Session.id == session_id)
        ended = _end_sessions(db, own)
        if ended:
            record(actor, "session.closed", "session", session_id)
    return bool(ended)


def create_admin(person_id: UUID, *, email: str) -> str:
    """Open an administrator's account and return the token of the link that sets its password.

    Raises EmailTaken.
    """
    with transaction():
        user_id = open_account(
            SYSTEM, person_id, email=email, phone=None, locale="en", roles=[(Role.ADMIN, None)]
        )
        return issue_link(SYSTEM, user_id, LinkPurpose.INVITATION)
