"""What every layer uses: checks of input, memory, progress, array libraries, words."""
