"""Pure data that every room shares: settings, verdicts, Kubernetes kinds, the `Api` protocol.

Standard library only, no I/O, no clock.  May import `errors` and nothing else of ours.
Wire objects stay plain dictionaries in Kubernetes' camelCase; what we give a type is frozen.
"""
