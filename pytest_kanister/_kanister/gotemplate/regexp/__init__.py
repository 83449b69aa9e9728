"""Regular expressions with RE2's syntax in time linear in the text.

`syntax` reads an expression, `compile` makes a program of it, `vm` runs all threads of the program
side by side, so that no expression can make it try again and again. Standard library only.
"""
