"""Who may sign in, as what, and from which devices."""
