"""Embeddings x = E z: fixed over-complete dictionaries."""
