"""Job files: the options of an inversion in a TOML file, checked whole, and written from options."""
