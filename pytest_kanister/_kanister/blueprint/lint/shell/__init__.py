"""Shell scripts as values: commands, words, pipelines, assignments, with offsets.

`grammar` has tree-sitter (the extra `lint`), `parsing` makes the values of `model`, `scripts` finds
the scripts of a Blueprint's phases and fills the places of templates with placeholders,
`resolving` follows variables, `looking` is what rules use.
"""
