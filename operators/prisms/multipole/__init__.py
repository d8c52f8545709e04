"""Far prisms as multipole expansions about their centres."""
