"""Paper: documents as PDF, set by Typst with our own templates, shaped for Bangla and Arabic."""

from app.integrations.pdf.setting import NotSet, typeset

__all__ = ["NotSet", "typeset"]
