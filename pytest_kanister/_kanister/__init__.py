"""What does the backing up: Kanister as clients see it, as a controller, and as programs.

`client` speaks to any Kanister through `_kube`; `operator` and `tools` are ours, for clusters
that have no released Kanister, and share nothing with the client but `blueprint`, `params`,
`gotemplate` and `location`, so that they cannot share a mistake.  May import `_kube` (client
only), `_base`, `_model`, `errors`.
"""
