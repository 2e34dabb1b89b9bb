"""Measured comparisons, run by `make bench`; each prints its figures and says when a gate is missed."""
