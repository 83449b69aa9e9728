"""Small tools over the operating system that every room uses.

Polling with a deadline, child processes that end with us, file locks, the cache folder, YAML
with positions.  May import `_model` and `errors` only.
"""
