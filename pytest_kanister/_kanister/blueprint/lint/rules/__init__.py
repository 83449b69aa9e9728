"""One module per family of rules; each rule brings a bad and a good Blueprint, which tests run.

A rule is a function from the `View` of a Blueprint to its problems, declared by `declaring.rule`.
It looks at what a Blueprint does and never at which Blueprint it is: no rule compares the name of
a Blueprint, an application or a file.  A new family needs its line in `registry.FAMILIES`.
"""
