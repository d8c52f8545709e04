"""Padded tensor meshes and octrees as sums over uniform lattices."""
