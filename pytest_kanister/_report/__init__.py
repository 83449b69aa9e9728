"""Results for people and programs: terminal lines, failure texts, JSON.

May import `_model`, `_base` and `errors`; takes results as values and asks nobody anything.
"""
