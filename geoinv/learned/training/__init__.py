"""Training of networks: settings, examples, losses, checkpoints, tuning."""
