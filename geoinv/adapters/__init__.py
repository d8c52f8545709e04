"""Operators, regularizers and models of the package inside other libraries, and theirs in it."""
