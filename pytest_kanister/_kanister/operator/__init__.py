"""The controller: takes ActionSets in, runs their phases, writes status and events.

Modules: `process` (one controller's life), `intake` (ActionSets come, change, go), `action` (one
action's run), `phases` (one phase: function, objects, args), `status`, `validation`, `events`,
`watching`, `errkit` (Kanister's error texts), `pods`/`jobs`/`strategic`/`output` (what functions
share), `functions/` (one module each).

It works on the `Api` protocol alone.  May import `params`, `blueprint`, `location`, `gotemplate`,
`_base`, `_model`, `errors`; never `_kube`, `_kanister.client`, `_cluster`.

Not emulated, knowingly: Kanister's data races (arguments of ScaleWorkload and MultiContainerRun
that concurrent actions share, KubeExec's marker lines torn between network frames, the random
order in which template errors surface).
"""

from __future__ import annotations

from pytest_kanister._kanister.operator.process import run_operator

__all__ = ["run_operator"]
