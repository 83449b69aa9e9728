"""The steps of a scenario, one module each: `parse` reads its arguments, `run` takes it.

May import what `_scenario` may.  A new step: a module here with a `StepKind`, and its line in
`registry`.
"""
