"""What several experiments share: presets, tables, figures, tuned training."""
