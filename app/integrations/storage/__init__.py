"""File storage: one protocol, a local folder or S3 behind it."""

from app.integrations.storage.backends import FolderStorage, ObjectMissing, S3Storage, Storage, storage_from

__all__ = ["FolderStorage", "ObjectMissing", "S3Storage", "Storage", "storage_from"]
