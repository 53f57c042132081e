"""Tables in and out: CSV, workbooks (.xlsx) and pasted cells become rows of text, rows become workbooks."""

from app.integrations.tables.reading import as_text, numbered_records, read_table, read_text
from app.integrations.tables.types import BrokenRecord, BrokenTable, Limits, Problem, Row, Table
from app.integrations.tables.writing import Shade, write_workbook

__all__ = [
    "BrokenRecord",
    "BrokenTable",
    "Limits",
    "Problem",
    "Row",
    "Shade",
    "Table",
    "as_text",
    "numbered_records",
    "read_table",
    "read_text",
    "write_workbook",
]
