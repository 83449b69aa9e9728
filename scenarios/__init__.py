"""Bundled scenarios; this file makes `pytest --pyargs` find the folder in a wheel."""
