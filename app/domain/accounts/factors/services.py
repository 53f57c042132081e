"""Writes of second factors: setting up, signing in with them, proving oneself again."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from cryptography.fernet import MultiFernet
from flask import current_app
from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.orm import Session as DbSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.domain.accounts.events import write_to_owner
from app.domain.accounts.factors.letters import factor_letter, recovery_letter
from app.domain.accounts.factors.models import (
    AuthenticatorApp,
    HalfOpenSignIn,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
)
from app.domain.accounts.factors.queries import (
    find_factors,
    find_half_open,
    find_pending_secret,
    has_second_factor,
    list_credential_ids,
)
from app.domain.accounts.factors.rules import (
    CHALLENGE,
    CODES_A_DAY,
    HALF_OPEN,
    HALF_OPEN_TRIES,
    PROOF_TRIES,
    RelyingParty,
    cipher,
    hash_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    passkey_name,
    relying_party,
)
from app.domain.accounts.factors.types import (
    ChallengePurpose,
    CodeWrong,
    FactorKind,
    HalfOpenSpent,
    NothingBegun,
    PasskeyKnown,
    PasskeyRefused,
    PasswordWrong,
    Proof,
    ProofMissing,
    RecoveryCodeWrong,
    TooManyCodes,
)
from app.domain.accounts.models import Session, User
from app.domain.accounts.queries import Credentials, find_credentials, find_invitee
from app.domain.accounts.services import (
    count_proof,
    end_other_sessions,
    open_session,
    password_is,
    prove_password,
)
from app.domain.accounts.types import UserStatus
from app.domain.audit.services import record
from app.domain.kernel.access import SYSTEM, Actor
from app.domain.kernel.errors import NotFound, Refused
from app.domain.kernel.ids import hash_token, new_token
from app.domain.limits.services import give_back
from app.uow import session, transaction

# --- keys of this installation


def _seal(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """A secret as it was before it was stored."""
    return _cipher().decrypt(sealed.encode()).decode()


def _cipher() -> MultiFernet:
    settings = current_app.config["SETTINGS"]
    return cipher((settings.secret_key, *settings.secret_key_fallbacks))


def passkey_party() -> RelyingParty | None:
    """The name this school's passkeys are made for; None where it cannot have any."""
    return relying_party(current_app.config["SETTINGS"].base_url)


def _party() -> RelyingParty:
    party = passkey_party()
    if party is None:
        raise NotFound
    return party


# --- telling the owner

_LETTER = "second_factor"


def _changed(actor: Actor, user_id: UUID, kind: FactorKind, *, added: bool, name: str | None = None) -> None:
    action = "second_factor.added" if added else "second_factor.removed"
    new: dict[str, object] = {"kind": kind} | ({"name": name} if name else {})
    record(actor, action, "user", user_id, new=new)
    write_to_owner(_LETTER, user_id, partial(factor_letter, kind=kind, added=added))


# --- the authenticator app


def begin_app(actor: Actor) -> None:
    """Make a new secret and let it wait for its first code. The one in use stays in use until then."""
    sealed = _seal(new_secret())
    with transaction() as db:
        db.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True))
        waiting = db.scalar(
            update(AuthenticatorApp)
            .where(AuthenticatorApp.user_id == actor.user_id)
            .values(pending_secret=sealed)
            .returning(AuthenticatorApp.id)
        )
        if waiting is None:
            db.add(AuthenticatorApp(user_id=actor.user_id, pending_secret=sealed))


def confirm_app(actor: Actor, code: str) -> list[str]:
    """Put the waiting secret into use by its first code. Returns the recovery codes where new ones were made.

    Raises CodeWrong, NothingBegun.
    """
    with transaction() as db:
        user_id = _user(actor)
        is_first = not has_second_factor(user_id)
        pending = find_pending_secret(user_id)
        if pending is None:
            raise NothingBegun
        now = db.scalar(select(func.extract("epoch", func.clock_timestamp())))
        step = matching_step(unseal(pending[0]), code, float(now or 0))
        if step is None:
            raise CodeWrong
        stored = db.scalar(
            update(AuthenticatorApp)
            .where(AuthenticatorApp.user_id == user_id, AuthenticatorApp.pending_secret == pending[0])
            .values(
                secret=pending[0],
                pending_secret=None,
                confirmed_at=func.now(),
                last_step=step,
                misses=0,
                misses_since=func.now(),
            )
            .returning(AuthenticatorApp.id)
        )
        if stored is None:  # set up anew in another window meanwhile
            raise NothingBegun
        _changed(actor, user_id, FactorKind.TOTP, added=True)
        return _first_codes(db, actor, user_id, is_first=is_first)


def remove_app(actor: Actor) -> bool:
    """Forget the authenticator app. False where there was none."""
    with transaction() as db:
        user_id = _user(actor)
        gone = db.scalar(
            delete(AuthenticatorApp)
            .where(AuthenticatorApp.user_id == user_id)
            .returning(AuthenticatorApp.secret.is_not(None))
        )
        if gone:
            _changed(actor, user_id, FactorKind.TOTP, added=False)
            _drop_lonely_codes(db, user_id)
    return bool(gone)


def _user(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotFound
    return actor.user_id


def _accept_code(db: DbSession, user_id: UUID, code: str) -> bool:
    """Whether this is a code of the account's app, not used before. The miss is counted first, so that of many
    guesses at once none is free; the database's clock serves every worker alike. Raises TooManyCodes."""
    app = AuthenticatorApp
    yesterday = app.misses_since < func.now() - func.make_interval(0, 0, 0, 1)
    tried = db.execute(
        update(app)
        .where(app.user_id == user_id, app.secret.is_not(None), or_(app.misses < CODES_A_DAY, yesterday))
        .values(
            misses=case((yesterday, 1), else_=app.misses + 1),
            misses_since=case((yesterday, func.now()), else_=app.misses_since),
        )
        .returning(app.secret, func.extract("epoch", func.clock_timestamp()))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if tried is None:
        if find_factors(user_id).app_since:
            raise TooManyCodes
        return False
    step = matching_step(unseal(tried[0] or ""), code, float(tried[1]))
    if step is None:
        return False
    accepted = db.scalar(
        update(app)
        .where(app.user_id == user_id, app.last_step < step)
        .values(last_step=step, misses=0)
        .returning(app.id)
        .execution_options(synchronize_session=False)
    )
    return accepted is not None


# --- recovery codes


def _new_codes(db: DbSession, user_id: UUID) -> list[str]:
    codes = new_recovery_codes()
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.add_all(RecoveryCode(user_id=user_id, code_hash=hash_recovery_code(user_id, code)) for code in codes)
    return codes


def _first_codes(db: DbSession, actor: Actor, user_id: UUID, *, is_first: bool) -> list[str]:
    """Ten codes with the first factor; whoever has some keeps them.

    The first one ends the other sessions of the account: they came in by the password alone, and would from now
    on count as those of somebody with a second factor.
    """
    if is_first:
        end_other_sessions(actor)
    has_any = db.scalar(select(RecoveryCode.id).where(RecoveryCode.user_id == user_id).limit(1))
    return [] if has_any else _new_codes(db, user_id)


def _drop_lonely_codes(db: DbSession, user_id: UUID) -> None:
    db.flush()
    if not has_second_factor(user_id):
        db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def renew_recovery_codes(actor: Actor) -> list[str]:
    """Ten new codes; the old ones stop working. Raises NotFound where there is no second factor."""
    with transaction() as db:
        user_id = _user(actor)
        if not has_second_factor(user_id):
            raise NotFound
        codes = _new_codes(db, user_id)
        _changed(actor, user_id, FactorKind.RECOVERY, added=True)
    return codes


def _accept_recovery_code(db: DbSession, user_id: UUID, code: str) -> bool:
    used = db.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == hash_recovery_code(user_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=func.now())
        .returning(RecoveryCode.id)
    )
    return used is not None


def _tell_recovery(actor: Actor, user_id: UUID) -> None:
    left = find_factors(user_id).codes_left
    record(actor, "second_factor.recovery_used", "user", user_id, new={"left": left})
    write_to_owner(_LETTER, user_id, partial(recovery_letter, left=left))


# --- passkeys


def _ask(user_id: UUID | None, purpose: ChallengePurpose) -> tuple[str, bytes]:
    token, challenge = new_token(), secrets.token_bytes(32)
    with transaction() as db:
        db.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < func.now()))
        db.add(
            PasskeyChallenge(
                user_id=user_id,
                purpose=purpose,
                token_hash=hash_token(token),
                challenge=challenge,
                expires_at=func.now() + CHALLENGE,
            )
        )
    return token, challenge


def _answered(db: DbSession, browser: str, purpose: ChallengePurpose, user_id: UUID | None) -> bytes | None:
    """The question this browser was asked for this purpose. Whatever the answer is worth, it is asked once."""
    same = PasskeyChallenge.user_id == user_id if user_id else PasskeyChallenge.user_id.is_(None)
    return db.scalar(
        update(PasskeyChallenge)
        .where(
            PasskeyChallenge.token_hash == hash_token(browser),
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.used_at.is_(None),
            PasskeyChallenge.expires_at > func.now(),
            same,
        )
        .values(used_at=func.now())
        .returning(PasskeyChallenge.challenge)
    )


def _known(user_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key) for key in list_credential_ids(user_id)]


def ask_for_new_passkey(actor: Actor) -> tuple[str, str]:
    """The question whose answer adds a passkey. Returns the browser's token and the question as JSON."""
    party, user_id = _party(), _user(actor)
    owner = find_invitee(user_id)
    token, challenge = _ask(user_id, ChallengePurpose.ADD)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name="Smart Academy",
        user_id=user_id.bytes,
        user_name=(owner.email if owner else None) or actor.name,
        user_display_name=actor.name,
        challenge=challenge,
        exclude_credentials=_known(user_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return token, options_to_json(options)


def add_passkey(actor: Actor, answer: str, browser: str, name: str, usual_name: str) -> list[str]:
    """Keep the public half of a new passkey. Returns the recovery codes where new ones were made.

    Raises PasskeyRefused, PasskeyKnown.
    """
    party, user_id = _party(), _user(actor)
    with transaction() as db:
        challenge = _answered(db, browser, ChallengePurpose.ADD, user_id)
    if challenge is None:
        raise PasskeyRefused
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    with transaction() as db:
        if db.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
            raise PasskeyKnown
        is_first = not has_second_factor(user_id)
        called = passkey_name(name, usual_name)
        db.add(
            Passkey(
                user_id=user_id,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=called,
            )
        )
        _changed(actor, user_id, FactorKind.PASSKEY, added=True, name=called)
        return _first_codes(db, actor, user_id, is_first=is_first)


def rename_passkey(actor: Actor, passkey_id: UUID, name: str) -> None:
    """Call a passkey by another name. Raises NotFound for one that is not the actor's."""
    with transaction() as db:
        key = db.scalar(
            select(Passkey)
            .where(Passkey.id == passkey_id, Passkey.user_id == actor.user_id)
            .with_for_update()
        )
        if key is None:
            raise NotFound
        called = passkey_name(name, key.name)
        if called != key.name:
            old, key.name = key.name, called
            record(actor, "passkey.renamed", "user", actor.user_id, old={"name": old}, new={"name": called})


def remove_passkey(actor: Actor, passkey_id: UUID) -> None:
    """Forget a passkey. Raises NotFound for one that is not the actor's."""
    with transaction() as db:
        user_id = _user(actor)
        name = db.scalar(
            delete(Passkey)
            .where(Passkey.id == passkey_id, Passkey.user_id == user_id)
            .returning(Passkey.name)
        )
        if name is None:
            raise NotFound
        _changed(actor, user_id, FactorKind.PASSKEY, added=False, name=name)
        _drop_lonely_codes(db, user_id)


def _question(party: RelyingParty, challenge: bytes, user_id: UUID | None, *, verified: bool) -> str:
    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            allow_credentials=_known(user_id) if user_id else None,
            user_verification=UserVerificationRequirement.REQUIRED
            if verified
            else UserVerificationRequirement.PREFERRED,
        )
    )


def ask_at_sign_in(half_open: str | None) -> tuple[str, str]:
    """The question for the second step of this browser's sign-in; for a whole sign-in where none waits here."""
    party, user_id = _party(), find_half_open(half_open)
    purpose = ChallengePurpose.STEP if user_id else ChallengePurpose.ALONE
    token, challenge = _ask(user_id, purpose)
    return token, _question(party, challenge, user_id, verified=user_id is None)


def ask_to_confirm(actor: Actor) -> tuple[str, str]:
    """The question by which somebody who is signed in proves themselves again."""
    party, user_id = _party(), _user(actor)
    token, challenge = _ask(user_id, ChallengePurpose.CONFIRM)
    return token, _question(party, challenge, user_id, verified=False)


def _accept_passkey(
    db: DbSession, answer: str, browser: str, purpose: ChallengePurpose, user_id: UUID | None
) -> UUID | None:
    """Whose passkey answered, or None. Alone it must have verified its owner, by finger, face or PIN."""
    party = _party()
    challenge = _answered(db, browser, purpose, user_id)
    try:
        credential_id = base64url_to_bytes(str(json.loads(answer)["rawId"]))
    except (ValueError, KeyError, TypeError):
        return None
    key = db.scalar(select(Passkey).where(Passkey.credential_id == credential_id).with_for_update())
    if challenge is None or key is None or user_id not in (None, key.user_id):
        return None
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=purpose is ChallengePurpose.ALONE,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    key.sign_count = verified.new_sign_count
    key.last_used_at = func.now()
    return key.user_id


# --- signing in


@dataclass(frozen=True)
class Begun:
    """What a right password leads to: a session, or a browser that waits for the second step."""

    token: str | None = None
    half_open: str | None = None


def begin_sign_in(
    identifier: str,
    password: str,
    *,
    keep: bool = False,
    ip: str | None = None,
    user_agent: str | None = None,
    device: str | None = None,
) -> Begun:
    """Open a session by the password alone, or ask for the second step where the account has one.

    `device` is the mark of the browser. Raises SignInRefused.
    """
    found = prove_password(identifier, password, ip=ip, user_agent=user_agent)
    if not has_second_factor(found.user_id):
        return Begun(
            open_session(found.user_id, found.roles, keep=keep, ip=ip, user_agent=user_agent, device=device)
        )
    token = new_token()
    with transaction() as db:
        db.execute(delete(HalfOpenSignIn).where(HalfOpenSignIn.expires_at < func.now() - HALF_OPEN))
        db.add(
            HalfOpenSignIn(
                user_id=found.user_id,
                token_hash=hash_token(token),
                keep=keep,
                expires_at=func.now() + HALF_OPEN,
            )
        )
    return Begun(half_open=token)


def finish_sign_in(
    half_open: str,
    proof: Proof,
    *,
    ip: str | None = None,
    user_agent: str | None = None,
    device: str | None = None,
) -> str:
    """Open the session that a half-open sign-in waits for, and return its token.

    Raises HalfOpenSpent, ProofMissing, CodeWrong, RecoveryCodeWrong, PasskeyRefused, TooManyCodes.
    """
    user_id = _count_try(half_open)
    who = Actor(user_id=user_id, person_id=None, name="", locale="en", ip=ip, user_agent=user_agent)
    token = None
    with transaction() as db:
        kind = _accept(db, user_id, proof, ChallengePurpose.STEP)
        if kind:
            if kind is FactorKind.RECOVERY:
                _tell_recovery(who, user_id)
            keep = _spend(db, half_open)
            found = _active(user_id)
            token = open_session(user_id, found.roles, keep=keep, ip=ip, user_agent=user_agent, device=device)
    if token is None:
        with transaction():
            record(who, "second_factor.refused", "user", user_id)
        raise _refusal(proof)
    return token


def _count_try(half_open: str) -> UUID:
    """Whose sign-in this is, one try further. Raises HalfOpenSpent."""
    with transaction() as db:
        user_id = db.scalar(
            update(HalfOpenSignIn)
            .where(
                HalfOpenSignIn.token_hash == hash_token(half_open),
                HalfOpenSignIn.used_at.is_(None),
                HalfOpenSignIn.expires_at > func.now(),
                HalfOpenSignIn.tries < HALF_OPEN_TRIES,
            )
            .values(tries=HalfOpenSignIn.tries + 1)
            .returning(HalfOpenSignIn.user_id)
            .execution_options(synchronize_session=False)
        )
    if user_id is None:
        raise HalfOpenSpent
    return user_id


def _spend(db: DbSession, half_open: str) -> bool:
    """Use a half-open sign-in up, and say whether it asked to stay signed in. Raises HalfOpenSpent."""
    keep = db.scalar(
        update(HalfOpenSignIn)
        .where(HalfOpenSignIn.token_hash == hash_token(half_open), HalfOpenSignIn.used_at.is_(None))
        .values(used_at=func.now())
        .returning(HalfOpenSignIn.keep)
        .execution_options(synchronize_session=False)
    )
    if keep is None:  # the same browser got there first
        raise HalfOpenSpent
    return keep


def _active(user_id: UUID) -> Credentials:
    found = find_credentials(user_id=user_id)
    if found is None or found.status is not UserStatus.ACTIVE:
        raise HalfOpenSpent
    return found


def _accept(db: DbSession, user_id: UUID, proof: Proof, purpose: ChallengePurpose) -> FactorKind | None:
    """By what this proves to be the owner of the account; None where it does not. Raises TooManyCodes."""
    if proof.passkey:
        answered = _accept_passkey(db, proof.passkey, proof.browser, purpose, user_id)
        return FactorKind.PASSKEY if answered else None
    if proof.recovery_code:
        return FactorKind.RECOVERY if _accept_recovery_code(db, user_id, proof.recovery_code) else None
    if proof.code:
        return FactorKind.TOTP if _accept_code(db, user_id, proof.code) else None
    return None


def _refusal(proof: Proof) -> Refused:
    if proof.passkey:
        return PasskeyRefused()
    if proof.recovery_code:
        return RecoveryCodeWrong()
    if proof.code:
        return CodeWrong()
    return ProofMissing()


def sign_in_by_passkey(
    answer: str,
    browser: str,
    *,
    ip: str | None = None,
    user_agent: str | None = None,
    device: str | None = None,
) -> str:
    """Open a session by a passkey that verified its owner, without a password. Raises PasskeyRefused."""
    with transaction() as db:
        user_id = _accept_passkey(db, answer, browser, ChallengePurpose.ALONE, None)
        found = find_credentials(user_id=user_id) if user_id else None
        if found and found.status is UserStatus.ACTIVE:
            return open_session(
                found.user_id, found.roles, keep=False, ip=ip, user_agent=user_agent, device=device
            )
        who = Actor(user_id=None, person_id=None, name="", locale="en", ip=ip, user_agent=user_agent)
        record(who, "session.refused", "user", user_id)
    raise PasskeyRefused


# --- proving oneself again


def prove(actor: Actor, proof: Proof) -> None:
    """Note on the session that its owner proved themselves just now, by the password or a second factor.

    After ten wrong proofs in a row the session ends: whoever sits there is not its owner.
    Raises PasswordWrong, CodeWrong, PasskeyRefused, ProofMissing, TooManyCodes, TooMany.
    """
    user_id = _user(actor)
    counted = count_proof(actor)
    mine = Session.id == actor.session_id
    with transaction() as db:
        misses = db.scalar(
            update(Session)
            .where(mine, Session.revoked_at.is_(None))
            .values(proof_misses=Session.proof_misses + 1)
            .returning(Session.proof_misses)
            .execution_options(synchronize_session=False)
        )
    accepted = False
    if misses is not None and misses <= PROOF_TRIES:
        with transaction() as db:
            if proof.password:
                accepted = password_is(user_id, proof.password)
            else:
                accepted = _accept(db, user_id, proof, ChallengePurpose.CONFIRM) is not None
            if accepted:
                values = {"proved_at": func.now(), "proof_misses": 0}
                db.execute(update(Session).where(mine).values(**values))
                record(actor, "session.proved", "session", actor.session_id)
    if not accepted:
        _note_wrong_proof(actor, misses)
        raise PasswordWrong if proof.password else _refusal(proof)
    give_back(*counted)


def _note_wrong_proof(actor: Actor, misses: int | None) -> None:
    with transaction() as db:
        record(actor, "session.proof_refused", "session", actor.session_id)
        if misses is None or misses >= PROOF_TRIES:
            db.execute(
                update(Session)
                .where(Session.id == actor.session_id, Session.revoked_at.is_(None))
                .values(revoked_at=func.now())
            )


# --- for a lost phone


def reset_second_factor(email: str, actor: Actor = SYSTEM) -> bool:
    """Take every second factor from an account and sign it out everywhere. False where it had none.

    Raises NotFound for an unknown address.
    """
    with transaction() as db:
        user_id = session().scalar(select(User.id).where(User.email == email.strip().lower()))
        if user_id is None:
            raise NotFound
        had = find_factors(user_id)
        for table in (AuthenticatorApp, Passkey, RecoveryCode, HalfOpenSignIn):
            db.execute(delete(table).where(table.user_id == user_id))
        if not had.any:
            return False
        db.execute(
            update(Session)
            .where(Session.user_id == user_id, Session.revoked_at.is_(None))
            .values(revoked_at=func.now())
        )
        kinds = [FactorKind.TOTP] * bool(had.app_since) + [FactorKind.PASSKEY] * bool(had.passkeys)
        record(actor, "second_factor.reset", "user", user_id, old={"kinds": kinds})
        for kind in kinds:
            write_to_owner(_LETTER, user_id, partial(factor_letter, kind=kind, added=False))
    return True
