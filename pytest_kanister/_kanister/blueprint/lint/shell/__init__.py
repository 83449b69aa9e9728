"""Shell scripts as values: commands, words, pipelines, assignments, with offsets.

`model` has the values, `parsing` makes them with tree-sitter (the extra `lint`), `scripts` finds
the scripts of a Blueprint's phases and fills the places of templates with placeholders,
`resolving` follows variables.  Only `parsing` imports tree-sitter, and only when it is called.
"""
