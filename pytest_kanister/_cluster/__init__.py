"""The embedded cluster: where it all happens without Docker.

An API server, controllers and a kubelet that runs pods as processes of this machine, all in
one process.  Only `_backends` imports this room; it imports `_base`, `_model` and `errors`,
never `_kube` or `_kanister`, so that server and client cannot share a mistake.
"""
