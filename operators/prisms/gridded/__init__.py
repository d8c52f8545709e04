"""Regular stations over regular cells: 2D convolutions, layer by layer."""
