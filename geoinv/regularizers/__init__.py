"""Regularizers phi of the objective: one file each."""
