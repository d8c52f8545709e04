"""Distributions whose posterior is known exactly, and how good samples are."""
