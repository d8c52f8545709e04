"""Meshes of cells, the ground above them, and meshes made for a survey."""
