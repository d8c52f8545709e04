"""Building blocks of the networks: convolutions, potentials, embeddings, U-Net."""
