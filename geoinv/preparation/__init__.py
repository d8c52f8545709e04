"""From raw lines to data that can be inverted: each step a module, usable alone, and all of them in `prepare`."""
