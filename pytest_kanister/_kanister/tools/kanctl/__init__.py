"""kanctl: makes ActionSets and Profiles, validates Profiles and Blueprints.

Modules: `main` (the command line), `commands` (its words and flags), `actionset`, `references`
(what flags name), `profile`, `validation`.  Speaks to clusters through `_wire`.
"""
