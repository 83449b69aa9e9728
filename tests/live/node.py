"""kind's node image, made of Debian packages and the Kubernetes that was built from source.

No systemd: kind looks for one line in the node's log, and kubeadm copes with a machine that has
no init system.  Our entrypoint starts containerd, brings the images of the control plane in, and
starts the kubelet as soon as kubeadm has configured it.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.live.dockerd import Engine
from tests.live.images import Image
from tests.live.kubernetes import VERSION, kubernetes_programs

__all__ = ["NODE_IMAGE", "load_node_image"]

NODE_IMAGE = f"pytest-kanister/node:{VERSION}"

_HERE = Path(__file__).parent
_REGISTRY = "k8s.gcr.io"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_VOLUMES = 60

_ENTRYPOINT = """\
#!/bin/bash
set -e
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount --make-rshared /
mount -o remount,rw /sys || true
# kind configures /kubelet as the root of the pods' groups: each hierarchy of version 1 needs it.
for place in /sys/fs/cgroup/*/; do mkdir -p "$place/kubelet" || true; done
sets=/sys/fs/cgroup/cpuset
if [[ -e $sets/cpuset.cpus ]]; then
    cat $sets/cpuset.cpus >$sets/kubelet/cpuset.cpus
    cat $sets/cpuset.mems >$sets/kubelet/cpuset.mems
fi
head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n' >/etc/machine-id
containerd >/var/log/containerd.log 2>&1 &
until ctr version >/dev/null 2>&1; do sleep 0.1; done
# The line that kind waits for, half a minute at most; the kubelet starts when the images are there.
echo "Reached target Multi-User System."
for file in /kind/images/*.tar; do ctr --namespace k8s.io images import "$file" >/dev/null; done
while true; do
    if [[ -e /var/lib/kubelet/config.yaml && -e /var/lib/kubelet/kubeadm-flags.env ]]; then
        . /var/lib/kubelet/kubeadm-flags.env
        kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf \\
            --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml \\
            $KUBELET_KUBEADM_ARGS >>/var/log/kubelet.log 2>&1 || true
    fi
    sleep 0.2
done
"""

_CONTAINERD = """\
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "k8s.gcr.io/pause:3.2"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "/usr/local/sbin/runc-bounded"
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
"""

_NETWORK = {
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge",
            "bridge": "cni0",
            "isGateway": True,
            "ipMasq": True,
            "hairpinMode": True,
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": "10.244.0.0/24"}]],
                "routes": [{"dst": "0.0.0.0/0"}],
            },
        },
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ],
}

# kind applies both files; the network is configured already, and volumes are folders of the node.
_DEFAULT_NETWORK = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: network-is-static, namespace: kube-system}
"""
_STORAGE_CLASS = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: Immediate
"""
_VOLUME = """\
---
apiVersion: v1
kind: PersistentVolume
metadata: {{name: folder-{number}}}
spec:
  storageClassName: standard
  capacity: {{storage: 16Gi}}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  hostPath: {{path: /var/volumes/{number}, type: DirectoryOrCreate}}
"""

_IPTABLES = {
    f"usr/sbin/{family}{ending}": "xtables-nft-multi"
    for family in ("iptables", "ip6tables")
    for ending in ("", "-save", "-restore")
}
_BOUNDED = '#!/bin/sh\nexec python3 -I /usr/local/sbin/runc_within_bounds.py /usr/sbin/runc "$@"\n'


def load_node_image(engine: Engine) -> None:
    """Makes the node image in the engine, the control plane's images inside it."""
    programs = kubernetes_programs()
    names = _load_control_plane(engine, programs)
    bundle = engine.folder / "control-plane.tar"
    engine.docker("save", "--output", str(bundle), *names)
    volumes = "".join(_VOLUME.format(number=number) for number in range(_VOLUMES))
    engine.load(
        Image(
            NODE_IMAGE,
            suite=None,
            packages=(
                *("containerd", "runc", "iproute2", "iptables", "kmod", "mount", "util-linux"),
                *("conntrack", "socat", "ethtool", "ebtables", "containernetworking-plugins"),
                *("python3-minimal", "libpython3-stdlib"),
            ),
            folders={"kind/manifests": 0o755, "var/volumes": 0o755, "etc/kubernetes": 0o755},
            links={**_IPTABLES, "usr/sbin/ebtables": "ebtables-nft"},
            files={
                "usr/local/bin/entrypoint": _ENTRYPOINT,
                "usr/local/sbin/runc-bounded": _BOUNDED,
                "usr/local/sbin/runc_within_bounds.py": _HERE / "runc_within_bounds.py",
                "etc/containerd/config.toml": _CONTAINERD,
                "etc/cni/net.d/10-bridge.conflist": json.dumps(_NETWORK),
                "kind/version": f"{VERSION}\n",
                "kind/manifests/default-cni.yaml": _DEFAULT_NETWORK,
                "kind/manifests/default-storage.yaml": _STORAGE_CLASS + volumes,
                "kind/images/control-plane.tar": bundle,
                **{f"usr/bin/{name}": programs / name for name in ("kubeadm", "kubectl")},
                "usr/bin/kubelet": programs / "kubelet",
            },
            env={"container": "docker"},
            entrypoint=("/usr/local/bin/entrypoint",),
        )
    )
    bundle.unlink()


def _load_control_plane(engine: Engine, programs: Path) -> list[str]:
    images = [
        Image(
            f"{_REGISTRY}/{name}:{VERSION}",
            packages=None,
            files={f"usr/local/bin/{name}": programs / name},
            env={"PATH": _PATH},
        )
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    ]
    images += [
        Image(
            f"{_REGISTRY}/kube-proxy:{VERSION}",
            suite=None,
            packages=("iptables", "conntrack", "kmod", "dash"),
            links=_IPTABLES,
            files={"usr/local/bin/kube-proxy": programs / "kube-proxy"},
            env={"PATH": _PATH},
        ),
        Image(
            f"{_REGISTRY}/etcd:3.4.13-0",
            suite=None,
            packages=("etcd-server",),
            env={"PATH": _PATH},
        ),
        Image(
            f"{_REGISTRY}/pause:3.2",
            suite=None,
            packages=(),
            entrypoint=("sleep", "infinity"),
            env={"PATH": _PATH},
        ),
        Image(
            f"{_REGISTRY}/coredns:1.7.0",
            suite=None,
            packages=("python3-minimal", "libpython3-stdlib"),
            files={"names_of_services.py": _HERE / "names_of_services.py"},
            entrypoint=("python3", "/names_of_services.py"),
            env={"PATH": _PATH},
        ),
    ]
    for image in images:
        engine.load(image)
    return [image.tag for image in images]
