"""What the database itself refuses: roles and row-level security."""
