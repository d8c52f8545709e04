"""Samples of posteriors: Langevin dynamics and reverse diffusion."""
