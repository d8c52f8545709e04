"""Linear operators: the base class, combinations, matrices, and the bridge to PyTorch."""
