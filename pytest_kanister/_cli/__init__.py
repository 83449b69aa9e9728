"""The commands, one module each with `main(arguments) -> exit status`.

`__main__` imports a command's module when it is asked for.  May import everything below; prints
results to stdout and everything else to stderr.
"""
