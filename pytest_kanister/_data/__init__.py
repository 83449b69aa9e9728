"""What is backed up: snapshots and their differences, databases, object stores.

Imports `_kube`, `_base`, `_model`, `errors`; inside, everything leans on `proof` and `proof`
on nothing.  Drivers are imported where they are used, never at a package's import.
"""
