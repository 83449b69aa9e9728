"""`Actions`: one stage's Blueprints and ActionSets, from what they are given to how they end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_kanister._harness.diagnosis import diagnose, pods_lives, secret_keys
from pytest_kanister._harness.given import given
from pytest_kanister._harness.redaction import redact_error, secrets_of, texts_of_secret
from pytest_kanister._kanister.client import create_blueprint, wait_actionset
from pytest_kanister.errors import ActionSetFailed, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness.background import Later
    from pytest_kanister._harness.session import Session
    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister._model.api import Object
    from pytest_kanister._model.references import Target
    from pytest_kanister._scenario.model import Inputs

__all__ = ["Actions"]


class Actions:
    """What one stage runs.

    Args:
        session: cluster and store.
        namespace: the workload's.
        profile: the stage's Profile, as soon as it is there.

    Attributes:
        names: of the ActionSets, in order.
        blueprints: by their name in the cluster.
    """

    def __init__(self, session: Session, namespace: str, profile: Later[Target]) -> None:
        self._session = session
        self._namespace = namespace
        self._profile = profile
        self._secret_keys: dict[Target, frozenset[str]] = {}
        self._lives: dict[Target, str] = {}
        self.names: list[str] = []
        self.blueprints: dict[str, Blueprint] = {}

    @property
    def namespace(self) -> str:
        """Where Kanister looks for ActionSets and Blueprints."""
        return self._session.capabilities.kanister_namespace

    def look_at(self, workload: Workload) -> None:
        """Takes note of what a failed ActionSet will be judged by: Secrets, and pods that live."""
        kube = self._session.kube.result()
        self._secret_keys = {
            secret: secret_keys(kube, secret) for secret in workload.secrets.values()
        }
        self._lives = pods_lives(kube, self._namespace)
        self.learn_secrets()

    def learn_secrets(self) -> None:
        """From now on no text of the namespace's Secrets is shown."""
        kube = self._session.kube.result()
        self._session.redactor.add(secrets_of(kube, [self._namespace]))

    def given(self, inputs: Inputs | None, own: Mapping[str, Target]) -> dict[str, Any]:
        """Keyword arguments for an ActionSet; `own`: the workload's Secrets."""
        arguments = given(self._session.kube.result(), self._namespace, inputs, own)
        if inputs is not None and inputs.secrets:
            self.learn_secrets()
            kube = self._session.kube.result()
            for source in inputs.secrets.values():
                if source.namespace:
                    self._session.redactor.add(texts_of_secret(kube, source.name, source.namespace))
        return arguments

    def install(self, blueprint: Blueprint) -> str:
        """Creates it under a name of its content: two of one name must not overwrite each other."""
        run = self._session.capabilities.run
        name = "-".join(filter(None, (blueprint.name, blueprint.digest[:8], run)))
        metadata = {**blueprint.data["metadata"], "name": name}
        named = replace(blueprint, name=name, data={**blueprint.data, "metadata": metadata})
        self.blueprints[name] = named
        return create_blueprint(self._session.kube.result(), named, namespace=self.namespace)

    def wait(self, actionset: str, blueprint: str, timeout_s: float | None) -> Object:
        """The ActionSet as it ended.

        Raises:
            ActionSetFailed, ActionSetTimeout: Kanister's outcome.
            EnvironmentProblem: cluster, image or pod is at fault.
        """
        self.names.append(actionset)
        self._session.pod_logs()
        try:
            return self._waited(actionset, blueprint, timeout_s)
        except KanisterHarnessError as error:
            redact_error(error, self._session.redactor)
            raise

    def _waited(self, actionset: str, blueprint: str, timeout_s: float | None) -> Object:
        kube = self._session.kube.result()
        try:
            return wait_actionset(
                kube,
                actionset,
                namespace=self.namespace,
                timeout_s=timeout_s or self._session.settings.actionset_timeout_s,
                blueprint=self.blueprints.get(blueprint),
                on_progress=self._session.progress,
            )
        except ActionSetFailed as error:
            store = self._session.ready_store.result()
            diagnose(
                kube,
                error,
                profile=self._profile.result(),
                reached=store.reached,
                keys=self._secret_keys,
                lives=self._lives,
            )
            raise
