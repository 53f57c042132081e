"""Kinds of papers: those that come with the product, and those a campus adds in its own words."""
