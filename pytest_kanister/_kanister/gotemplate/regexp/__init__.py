"""Regular expressions with RE2's syntax in time linear in the text.

`syntax` reads an expression into a `tree`, `program` makes instructions of it, `machine` runs all
threads of the program side by side, so that no expression can make it try again and again, and
`expression` searches, splits and replaces. May import `limits`, `errors` and `quoting` beside this
package; standard library otherwise.
"""
