"""How often something may be tried, counted in PostgreSQL so that it holds while Redis is away."""
