"""Addresses and names: a /24 of the loopback network per cluster, an address per pod.

`subnet` claims and hands out addresses, `mirror` follows objects of the API, `names` turns
Services and Endpoints into the hosts files of pods, `proxy` carries connections where a Service
is more than a name.  May import `_cluster.contracts`, `_base`, `_model`, `errors`.

Not modelled: ExternalName services, UDP, session affinity, service environment variables.
"""

from pytest_kanister._cluster.network.names import HostsFiles, run_names
from pytest_kanister._cluster.network.subnet import Addresses, Subnet

__all__ = ["Addresses", "HostsFiles", "Subnet", "run_names"]
