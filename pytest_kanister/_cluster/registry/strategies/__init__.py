"""One module per family of kinds: defaults, validation, update rules and table rows.

Imports the registry's own modules and `errors` only; `builtin` puts the strategies into kinds.
"""
