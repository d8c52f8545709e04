"""The classical loop: minimisations at a trade-off, and the search for the trade-off."""
