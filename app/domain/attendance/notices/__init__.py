"""Notices: telling families of an absence that nobody announced, and putting it right."""
