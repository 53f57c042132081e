"""Column types of admissions."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.domain.admissions.types import DocumentKind


class PaperKindType(TypeDecorator[DocumentKind]):
    """The code of a kind of paper. Which codes there are, the campuses say as well."""

    impl = String(24)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> DocumentKind | None:
        return None if value is None else DocumentKind(value)
