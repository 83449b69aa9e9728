"""Go's `time`: instants with nanoseconds, layouts, zones and durations.

May import `types`, `values` and `numbers` beside this package; nothing else.
"""
