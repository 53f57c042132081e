"""Who did what, when, from where, and what changed from what to what."""
