"""Sums over rectangular prisms, whatever field they make: the problem, and the engines that solve it."""
