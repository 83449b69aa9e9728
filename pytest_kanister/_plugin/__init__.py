"""Everything that knows pytest: options, fixtures, scenario items, the summary.

May import all below; `plugin` imports only `options` and `fixtures` from here, which are light.
"""
