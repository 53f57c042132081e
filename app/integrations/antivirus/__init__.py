"""Virus scanning: one protocol, clamd behind it where it is configured."""

from app.integrations.antivirus.backends import ClamdScanner, Scanner, ScannerAway, scanner_from

__all__ = ["ClamdScanner", "Scanner", "ScannerAway", "scanner_from"]
