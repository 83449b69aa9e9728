"""`clean`: removes what runs that are over have left on a cluster."""

from __future__ import annotations

import secrets
import socket
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.grounds import Plot, sweep
from pytest_kanister._backends.kubeconfig.access import named_context, write_private
from pytest_kanister._backends.kubeconfig.leftovers import find_leftovers, is_over, remove
from pytest_kanister._kube import Guard, KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister.errors import EnvironmentProblem, HarnessBug

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["clean"]

_GONE_S = 120.0


def clean(
    kubeconfig: str,
    context: str,
    tell: Callable[[str], None],
    *,
    run: str = "",
    everything: bool = False,
    only_list: bool = False,
    named: Collection[str] = (),
) -> int:
    """Finds what runs left, says it, and removes it; returns how many runs' things are left.

    Without `run` and `everything` a run counts as over when its process was on this machine and
    has ended; others are listed and left.

    Args:
        kubeconfig: the file; empty: `$KUBECONFIG`, else `~/.kube/config`.
        context: its context.
        tell: gets a line a run.
        run: only this one, whoever's it is.
        everything: also runs of which nobody here can tell whether they go on.
        only_list: nothing is removed.
        named: namespaces to look into beside those that are labelled for us.

    Raises:
        EnvironmentProblem: the cluster does not answer, or something could not be removed.
    """
    sweep()
    config = named_context(kubeconfig, context)
    capabilities = Capabilities(
        backend="kubeconfig",
        reach="portforward",
        endpoint_is_address=False,
        shared=True,
        kanister="",
        isolation="cluster",
    )
    host = socket.gethostname()
    plot = Plot.claim(f"cleanup-{secrets.token_hex(4)}")
    if plot is None:
        raise HarnessBug("two cleanings have one folder")
    left, problems = 0, []
    try:
        file = write_private(config, plot.folder)
        looking = KubeClient(file, capabilities)
        for leftover in find_leftovers(looking, run=run, named=named):
            over = bool(run) or everything or is_over(leftover, host)
            whose = f" (process {leftover.owner})" if leftover.owner else ""
            if only_list or not over:
                state = "is over" if is_over(leftover, host) else "may go on"
                tell(f"run {leftover.run}{whose} {state}: {leftover}")
                left += 1
                continue
            tell(f"run {leftover.run}{whose}: removing {leftover}")
            kube = KubeClient(file, capabilities, guard=Guard(leftover.run, leftover.owner, named))
            problems += remove(kube, leftover, wait_s=_GONE_S)
            kube.close()
        looking.close()
    finally:
        plot.give_up()
    if problems:
        raise EnvironmentProblem(
            f"the cleanup of the cluster is not complete: {len(problems)} removals failed",
            evidence="\n".join(problems),
            remedies=[
                "see who may remove them: `kubectl auth can-i delete …`",
                "then clean up again",
            ],
        )
    return left
