"""Draws of seats that anybody can check: a list fixed beforehand, a seed nobody controls, a small known rule."""
