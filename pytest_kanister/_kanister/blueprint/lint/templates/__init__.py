"""What a template reads and what it leaves behind, without rendering it.

`reading.read_template` walks the tree of our own template engine once; `parameters` knows which
parameters there are and what Go type they have.  May import `gotemplate` only.
"""
