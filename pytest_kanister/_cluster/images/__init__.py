"""What an image name means here: which programs of this machine run, and how.

`names` reads image names, `catalogue` picks the family, one module per family (`mysql`,
`mariadb`, `postgres`, `redis`, `seaweedfs`, `machine`, `tools`) makes its `Program`; `wrappers`
lets a fetched tree's binaries run by their own loader, `prepared` keeps initialised data folders,
`inspect` tells `doctor` what is there.  `scripts/` holds the entrypoints.  Never starts a pod.
May import `_cluster.contracts`, `_base`, `_model`, `errors`.
"""

from pytest_kanister._cluster.images.catalogue import BuiltinCatalogue
from pytest_kanister._cluster.images.inspect import describe, verify

__all__ = ["BuiltinCatalogue", "describe", "verify"]
