"""Tables of training files and of saved networks: checks, models, operators."""
