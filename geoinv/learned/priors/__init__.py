"""Learned priors: potentials for the classical loop, diffusion models."""
