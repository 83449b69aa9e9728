"""Pods → processes of this machine: sandboxes, restarts, readiness, logs, exec, whole-tree kills.

`kubelet` follows the pods, `pod` and `container` run one each; `spec` and `volumes` read the
pod's specification, `status` and `events` tell what happens; `runtime` says what a sandbox is,
`bubblewrap` and `nss_wrapper` make one, `choose` finds out which of them works here.
May import `_cluster.contracts`, `_cluster.network`, `_base`, `_model`, `errors`.

Not modelled: liveness probes, lifecycle hooks, resource limits, security contexts, ephemeral
containers, host networks; 127.0.0.1 inside a pod is this machine's, `localhost` is the pod's.
Readiness is asked for at once and often, whatever initialDelaySeconds and periodSeconds say.
"""

from pytest_kanister._cluster.kubelet.choose import probe_runtime
from pytest_kanister._cluster.kubelet.kubelet import Kubelet
from pytest_kanister._cluster.kubelet.runtime import Runtime

__all__ = ["Kubelet", "Runtime", "probe_runtime"]
