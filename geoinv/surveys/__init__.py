"""Stations, what is measured there, and the main field."""
