"""HTTP plumbing that all blueprints share."""
