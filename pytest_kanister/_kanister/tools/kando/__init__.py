"""kando: moves data between pipes and a location, and hands values to the Blueprint.

Modules: `start` (the script), `main` (commands), `flags` (the command line as cobra reads it),
`usage` (help texts), `transfer` (push, pull, delete), `output` (the output protocol's line).
"""
