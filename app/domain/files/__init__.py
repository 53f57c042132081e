"""Uploaded files: kept under random keys, served only after a permission check of their owner."""
