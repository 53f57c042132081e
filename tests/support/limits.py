"""Letting time pass for the limits, whose clock is the database's."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.domain.limits.models import LimitCount
from app.domain.limits.types import Limit
from app.uow import transaction


def let_pass(time: timedelta, limit: Limit | None = None) -> None:
    """The open windows, or those of one limit, began earlier by so much."""
    statement = update(LimitCount).values(ends_at=LimitCount.ends_at - time)
    with transaction() as db:
        db.execute(statement.where(LimitCount.name == limit.value) if limit else statement)
