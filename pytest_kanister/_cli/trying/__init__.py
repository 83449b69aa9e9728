"""What `pytest-kanister try` consists of.

`plan` (which workload, what is refused), `rewriting` (images and names of actions in a copy of the
Blueprint), `circles` (the steps, as scenario documents), `attempt` (all of it in order), `running`,
`grading` (the verdict by grade), `advice` (the line to change), `telling` (text) and `markdown`.
May import what `_cli` may.
"""
