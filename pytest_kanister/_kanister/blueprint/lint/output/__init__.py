"""Findings told: `text` for people, `as_json` for programs, `sarif` for code hosts.

Each module has one function from a `LintResult` to a string.  No I/O.
"""
