"""Two browsers that bring the same code at the same moment."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
from flask import Flask
from sqlalchemy import func, select

from app.domain.accounts.factors.queries import find_pending_secret
from app.domain.accounts.factors.services import begin_app, begin_sign_in, confirm_app, finish_sign_in, unseal
from app.domain.accounts.factors.types import CodeWrong, Proof, RecoveryCodeWrong
from app.domain.accounts.models import Session
from app.uow import session
from tests.support.cast import CAST, PASSWORD


def _race(app: Flask, proof: Proof) -> list[str]:
    """Four browsers have given the password and send the same proof at once."""
    together = Barrier(4)
    with app.app_context():
        waiting = [begin_sign_in(CAST.bashir.email or "", PASSWORD).half_open or "" for _ in range(4)]

    def one(half_open: str) -> str:
        with app.app_context():
            together.wait()
            try:
                finish_sign_in(half_open, proof)
            except (CodeWrong, RecoveryCodeWrong):
                return "refused"
            return "opened"

    with ThreadPoolExecutor(4) as pool:
        outcome = sorted(pool.map(one, waiting))
    with app.app_context():
        assert session().scalar(select(func.count(Session.id))) == outcome.count("opened")
        session().rollback()
    return outcome


def _set_up(app: Flask) -> tuple[str, list[str]]:
    with app.app_context():
        begin_app(CAST.bashir.actor)
        pending = find_pending_secret(CAST.bashir.user_id)
        assert pending
        secret = unseal(pending[0])
        return secret, confirm_app(CAST.bashir.actor, pyotp.TOTP(secret).at(int(time.time())))


def test_of_four_who_bring_the_same_code_one_comes_in(real_app: Flask) -> None:
    secret, _ = _set_up(real_app)
    shown = pyotp.TOTP(secret).at(int(time.time()), 1)
    assert _race(real_app, Proof(code=shown)) == ["opened", "refused", "refused", "refused"]


def test_of_four_who_bring_the_same_recovery_code_one_comes_in(real_app: Flask) -> None:
    _, codes = _set_up(real_app)
    assert _race(real_app, Proof(recovery_code=codes[0])) == ["opened", "refused", "refused", "refused"]
