"""Stations anywhere over regular cells: a 3D convolution, interpolated, near cells corrected."""
