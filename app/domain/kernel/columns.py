"""Column types of the kernel's value types."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.domain.kernel.texts import LocalText


class LocalTextType(TypeDecorator[LocalText]):
    """School-typed text in up to three languages, stored as one JSON object without its empty parts."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: LocalText | None, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else value.to_dict()

    def process_result_value(self, value: Any, dialect: Dialect) -> LocalText | None:
        return None if value is None else LocalText.from_dict(value)
