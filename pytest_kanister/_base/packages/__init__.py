"""Debian packages as folders: fetched and unpacked under the user's cache, without root.

`sources` reads what the machine's own apt is configured for, `apt` runs apt-get with a private
state and an empty dpkg status, `tree` unpacks, records and checks, `fetch` puts them together.
Nothing is installed and no host name is known here.  May import `_base`, `errors` and the
standard library only.
"""

from pytest_kanister._base.packages.fetch import fetch_packages
from pytest_kanister._base.packages.tree import Unpacked, unpacked_trees, verify_packages

__all__ = ["Unpacked", "fetch_packages", "unpacked_trees", "verify_packages"]
