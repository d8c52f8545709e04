"""How numbers are written in files: CF attributes, units, missing values."""
