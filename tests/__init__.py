"""Tests: unit (rules), domain (services on PostgreSQL), pages (through the client), browser, checks."""
