"""Networks that two clusters never share."""

import socket

from pytest_kanister._cluster.network import Subnet


def test_two_claims_differ_and_a_closed_one_is_free_again() -> None:
    first, second = Subnet.claim(), Subnet.claim()
    try:
        assert first.prefix != second.prefix
        assert not first.prefix.startswith("127.0.")
        assert first.api_address == f"{first.prefix}.1"
    finally:
        first.close()
        second.close()
    probe = socket.socket(socket.AF_UNIX)
    probe.bind(f"\0pytest-kanister/{first.prefix}")
    probe.close()


def test_addresses_are_used_again_as_late_as_possible() -> None:
    subnet = Subnet.claim()
    try:
        first, second = subnet.allocate(), subnet.allocate()
        assert (first, second) == (f"{subnet.prefix}.2", f"{subnet.prefix}.3")
        subnet.release(first)
        assert subnet.allocate() == f"{subnet.prefix}.4"
        rest = [subnet.allocate() for _ in range(251)]
        assert rest[-1] == first
        assert len({second, *rest}) == 252
    finally:
        subnet.close()
