"""The engines on a GPU."""
