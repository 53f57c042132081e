"""Writes of the accounts feature: one verb, one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as DbSession

from app.domain.accounts.events import tell_owner
from app.domain.accounts.letters import invitation_letter
from app.domain.accounts.models import EmailChange, OneTimeLink, PhoneChange, Session, User, UserRole
from app.domain.accounts.passwords import hash_password, matches, renewed_hash
from app.domain.accounts.policies import may_grant, may_invite, may_manage
from app.domain.accounts.queries import (
    AccountView,
    Credentials,
    OpenLink,
    find_account,
    find_credentials,
    find_invitee,
    find_open_link,
    find_password_hash,
    find_user_of_person,
    is_open,
    is_unseen_browser,
    list_own_words,
)
from app.domain.accounts.rules import SEEN_EVERY, link_lifetime, looks_like_email, session_lifetime
from app.domain.accounts.types import (
    AccountEvent,
    AccountExists,
    AccountSuspended,
    AccountUsed,
    EmailTaken,
    LastRole,
    LinkPurpose,
    LinkSpent,
    OwnAccount,
    PasswordWrong,
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
from app.uow import let_go, transaction

log = logging.getLogger(__name__)


def prove_password(
    identifier: str, password: str, *, ip: str | None = None, user_agent: str | None = None
) -> Credentials:
    """Whose name and password these are. It opens nothing: the account may ask for a second step.

    A password kept in an older way is hashed anew. Raises SignInRefused for an unknown account, a wrong password
    and a suspended account alike, and TooMany, which is decided by the name that was typed, so that it does not
    tell whether there is such an account.
    """
    wrong = _count_try(counted_name(identifier), ip, user_agent)
    found = find_by_name(identifier)
    let_go()  # comparing takes longer than all the statements together
    if not matches(found.password_hash if found else None, password) or found is None:
        _record_refusal(found.user_id if found else None, ip, user_agent)
        raise SignInRefused
    if found.status is not UserStatus.ACTIVE:
        _record_refusal(found.user_id, ip, user_agent)
        raise SignInRefused
    give_back(*wrong)
    renew_hash(found, password)
    return found


def find_by_name(identifier: str) -> Credentials | None:
    """The account that signs in with this e-mail address or mobile number, typed in any way."""
    email, phone = _as_stored(identifier)
    return find_credentials(email=email, phone=phone) if email or phone else None


def renew_hash(found: Credentials, password: str) -> None:
    """Hash the password that was right anew where it is not hashed as we do it today."""
    new = renewed_hash(found.password_hash or "", password)
    if new is None:
        return
    with transaction() as db:
        # Somebody may have changed the password in this moment: the new one stays.
        db.execute(
            update(User)
            .where(User.id == found.user_id, User.password_hash == found.password_hash)
            .values(password_hash=new)
        )


def password_is(user_id: UUID, password: str) -> bool:
    """Whether this is the password of an account."""
    found = find_credentials(user_id=user_id)
    return matches(found.password_hash if found else None, password)


def counted_name(identifier: str) -> str:
    """What was typed as tries are counted by it: however it is written, and whether or not there is such an account."""
    email, phone = _as_stored(identifier)
    return email or phone or identifier.strip().casefold()


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
    user_id: UUID,
    roles: frozenset[Role],
    *,
    keep: bool,
    ip: str | None,
    user_agent: str | None,
    device: str | None = None,
) -> str:
    """Store a new session row and return its token, of which only the hash is stored.

    Only for somebody who has proved all that the account asks for; see `factors.services`. The owner is told
    of a browser never used before.
    """
    token = new_token()
    lifetime = session_lifetime(roles, keep=keep)
    with transaction() as db:
        device_hash = hash_token(device) if device else None
        is_new = device_hash is not None and is_unseen_browser(user_id, device_hash)
        row = Session(
            user_id=user_id,
            token_hash=hash_token(token),
            expires_at=func.now() + lifetime.absolute,
            idle_for=lifetime.idle,
            device_hash=device_hash,
            ip_address=ip,
            user_agent=(user_agent or "")[:300] or None,
        )
        db.add(row)
        db.execute(update(User).where(User.id == user_id).values(last_login_at=func.now()))
        db.flush()
        actor = _as(user_id, ip, user_agent)
        record(actor, "session.opened", "session", row.id)
        if is_new:
            tell_owner(actor, user_id, AccountEvent.NEW_BROWSER)
    log.info("sign-in", extra={"outcome": "ok", "account": str(user_id)})
    return token


def renew_session(actor: Actor) -> str:
    """Give the session of this actor a new token and return it; the one before opens nothing from now on.

    Whoever copied the cookie earlier does not get what its owner has just proved themselves for.
    Raises NotFound where the session has ended meanwhile.
    """
    token = new_token()
    with transaction() as db:
        renewed = db.scalar(
            update(Session)
            .where(Session.id == actor.session_id, *is_open())
            .values(token_hash=hash_token(token))
            .returning(Session.id)
            .execution_options(synchronize_session=False)
        )
    if renewed is None:
        raise NotFound
    return token


def note_use(session_id: UUID) -> None:
    """Write down that a session is in use now, unless that was done a moment ago."""
    with transaction() as db:
        db.execute(
            update(Session)
            .where(
                Session.id == session_id,
                Session.revoked_at.is_(None),
                Session.last_seen_at < func.now() - SEEN_EVERY,
            )
            .values(last_seen_at=func.now())
        )


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
    """Give a user a role at a campus (None: everywhere). False where the user has it already.

    What the user has open ends: whoever sits there signs in anew, as the new role asks for it, and for as long as it
    allows. Only the session of the actor goes on, where that is the same user: it was proved for this act.
    """
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
        end_sessions(db, _others_of(actor, user_id))
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

    It does not sign in: what else the account asks for at the door is asked for there. Returns the user.
    Raises LinkSpent, PasswordTooShort, PasswordCommon, PasswordPersonal.
    """
    link = find_open_link(token)
    if link is None:
        raise LinkSpent
    password_hash = hash_password(password, list_own_words(link.user_id))
    now = datetime.now(UTC)
    with transaction() as db:
        spent = db.execute(
            update(OneTimeLink)
            .where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
            .values(used_at=now)
            .returning(OneTimeLink.id)
        ).one_or_none()
        if spent is None:  # a second click got there first
            raise LinkSpent
        _store_password(db, link.user_id, password_hash)
        end_sessions(db, Session.user_id == link.user_id)
        is_reset = link.purpose is LinkPurpose.RESET
        event = AccountEvent.PASSWORD_RESET if is_reset else AccountEvent.PASSWORD_SET
        tell_owner(_as(link.user_id, ip, user_agent), link.user_id, event)
    return link.user_id


def _store_password(db: DbSession, user_id: UUID, password_hash: str) -> None:
    """A new password. Whoever knew the old one can neither finish a new address or number nor use an older link."""
    now = datetime.now(UTC)
    db.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
    for table in (OneTimeLink, EmailChange, PhoneChange):
        db.execute(update(table).where(table.user_id == user_id, table.used_at.is_(None)).values(used_at=now))


def change_password(actor: Actor, current: str, password: str) -> int:
    """Change one's own password and sign out on all other devices. Returns how many those were.

    Raises PasswordWrong, PasswordTooShort, PasswordCommon, PasswordPersonal.
    """
    user_id = confirm_password(actor, current)
    password_hash = hash_password(password, list_own_words(user_id))
    with transaction() as db:
        _store_password(db, user_id, password_hash)
        ended = end_sessions(db, _others_of(actor, user_id))
        tell_owner(actor, user_id, AccountEvent.PASSWORD_CHANGED, new={"devices": ended})
    return ended


def confirm_password(actor: Actor, password: str) -> UUID:
    """Make sure that it is the owner who sits before the open session. Returns the user.

    Raises PasswordWrong, TooMany.
    """
    counted = count_proof(actor)
    known = find_password_hash(actor.user_id) if actor.user_id else None
    if not matches(known, password) or actor.user_id is None:
        with transaction():
            record(actor, "user.password_refused", "user", actor.user_id)
        raise PasswordWrong
    give_back(*counted)
    return actor.user_id


def count_proof(actor: Actor) -> tuple[Counted, Counted]:
    """Count a proof of somebody signed in before it is looked at. Returns what to give back where it holds.

    Raises TooMany.
    """
    counted: tuple[Counted, Counted] = (
        (Limit.PROOF_ACCOUNT, str(actor.user_id)),
        (Limit.PROOF_ADDRESS, network_of(actor.ip)),
    )
    take(actor, *counted)
    return counted


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


def remove_unused_account(actor: Actor, user_id: UUID) -> None:
    """Take an account back that was opened by mistake and that nobody has used: no password, no other role.

    Its links end with it. The caller may do so. Raises NotFound, AccountUsed.
    """
    with transaction() as db:
        user = db.get(User, user_id, with_for_update=True, populate_existing=True)
        if user is None:
            raise NotFound
        roles = set(db.scalars(select(UserRole.role).where(UserRole.user_id == user_id)))
        if user.password_hash or user.last_login_at or not roles <= {Role.GUARDIAN}:
            raise AccountUsed
        old = {"email": user.email, "phone": user.phone}
        db.delete(user)
        db.flush()
        record(actor, "user.removed", "user", user_id, old=old)


def leave_off_guardian_role(actor: Actor, user_id: UUID) -> None:
    """Take the role of a guardian back from an account that has others. The caller may do so."""
    with transaction() as db:
        condition = (UserRole.user_id == user_id, UserRole.role == Role.GUARDIAN)
        if db.scalar(delete(UserRole).where(*condition).returning(UserRole.id)):
            record(actor, "user.role_taken", "user", user_id, old={"role": Role.GUARDIAN, "campus": None})


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
            end_sessions(db, Session.user_id == user_id)
            tell_owner(
                actor, user_id, AccountEvent.DISABLED, old={"status": account.status}, new={"status": status}
            )
            return True
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


def end_sessions(db: DbSession, condition: ColumnElement[bool]) -> int:
    """End the open sessions that the condition names, inside the caller's transaction. Returns how many."""
    ended = db.execute(
        update(Session)
        .where(condition, *is_open())
        .values(revoked_at=datetime.now(UTC))
        .returning(Session.id)
    ).all()
    return len(ended)


def _others_of(actor: Actor, user_id: UUID | None) -> ColumnElement[bool]:
    """The sessions of a user but for the one the actor acts in."""
    return and_(Session.user_id == user_id, Session.id.is_distinct_from(actor.session_id))


def end_other_sessions(actor: Actor) -> int:
    """Sign the actor out on every device but this one. Returns how many those were."""
    with transaction() as db:
        ended = end_sessions(db, _others_of(actor, actor.user_id))
        if ended:
            record(actor, "session.others_closed", "user", actor.user_id, new={"devices": ended})
    return ended


def end_session(actor: Actor, session_id: UUID) -> bool:
    """Sign the actor out on one device. False where it is not one of theirs, or ended before."""
    with transaction() as db:
        own = (Session.user_id == actor.user_id) & (Session.id == session_id)
        ended = end_sessions(db, own)
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
