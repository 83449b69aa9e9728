"""kanctl's commands and flags."""

from __future__ import annotations

from pytest_kanister._kanister.tools.kando.flags import Flag

__all__ = ["COMMANDS", "ELSEWHERE", "FLAGS", "PERSISTENT", "REQUIRED"]

COMMANDS: dict[tuple[str, ...], tuple[str, str]] = {
    (): ("kanctl [command]", "A set of helpers to help with creation of Kanister objects"),
    ("create",): ("kanctl create [command]", "Create a custom kanister resource"),
    ("create", "actionset"): (
        "kanctl create actionset [flags]",
        "Create a new ActionSet or override a <parent> ActionSet",
    ),
    ("create", "profile"): ("kanctl create profile [command]", "Create a new profile"),
    ("create", "profile", "s3compliant"): (
        "kanctl create profile s3compliant [flags]",
        "Create new S3 compliant profile",
    ),
    ("validate",): (
        "kanctl validate <resource> [flags]",
        "Validate custom Kanister resources",
    ),
}
"""Command words → usage line, one line of help."""

ELSEWHERE: dict[tuple[str, ...], str] = {
    ("create", "profile", "gcp"): "Profiles for Google Cloud Storage",
    ("create", "profile", "azure"): "Profiles for Azure",
    ("create", "repository-server"): "RepositoryServers (kopia)",
}
"""What the real kanctl has beside these."""


def _list(name: str, short: str, text: str) -> Flag:
    return Flag(name, short, text, kind="strings", repeated=True)


FLAGS: dict[tuple[str, ...], list[Flag]] = {
    (): [Flag("version", "", "version for kanctl", switch=True)],
    ("create", "actionset"): [
        Flag("action", "a", "action for the action set (required if creating a new action set)"),
        Flag("name", "A", "name of the action set"),
        Flag(
            "blueprint", "b", "blueprint for the action set (required if creating a new action set)"
        ),
        _list("config-maps", "c", "config maps for the action set, ref=namespace/name pairs"),
        _list("deployment", "d", "deployment for the action set, namespace/name"),
        _list("deploymentconfig", "D", "deploymentconfig for the action set, namespace/name"),
        Flag("from", "f", "specify name of the action set"),
        Flag("kind", "k", "resource kind to apply selector on", default="all"),
        _list("namespacetargets", "T", "namespaces for the action set"),
        _list("objects", "O", "objects of any kind, [group/]version/resource/namespace/name"),
        _list("options", "o", "options for the action set, key=value pairs"),
        Flag("profile", "p", "profile for the action set"),
        _list("pvc", "v", "pvc for the action set, namespace/name"),
        _list("secrets", "s", "secrets for the action set, ref=namespace/name pairs"),
        Flag("selector", "l", "k8s selector for objects"),
        Flag("selector-namespace", "", "namespace to apply selector on"),
        _list("statefulset", "t", "statefulset for the action set, namespace/name"),
        _list("labels", "", "labels of the action set, key=value pairs"),
        _list("podannotations", "", "annotations of the pods, key=value pairs"),
        _list("podlabels", "", "labels of the pods, key=value pairs"),
    ],
    ("create", "profile", "s3compliant"): [
        Flag("access-key", "a", "access key of the s3 compliant bucket"),
        Flag("secret-key", "s", "secret key of the s3 compliant bucket"),
        Flag("role", "R", "aws role to assume"),
    ],
    ("validate",): [
        Flag("name", "", "specify the K8s name of the custom resource to validate"),
        Flag("filename", "f", "yaml or json file of the custom resource to validate"),
        Flag(
            "resource-namespace",
            "",
            "namespace of the custom resource",
            default="default",
        ),
        Flag(
            "schema-validation-only",
            "",
            "if set, only schema of resource will be validated",
            switch=True,
            default="false",
        ),
        Flag("functionVersion", "v", "kanister function version", default="v0.0.0"),
    ],
}
"""A command's own flags."""

PERSISTENT: dict[tuple[str, ...], list[Flag]] = {
    (): [
        Flag("namespace", "n", "override namespace obtained from kubectl context"),
        Flag("verbose", "", "display verbose output", switch=True, default="false"),
    ],
    ("create",): [
        Flag(
            "dry-run",
            "",
            "if set, resource YAML will be printed but not created",
            switch=True,
            default="false",
        ),
        Flag(
            "skip-validation",
            "",
            "if set, resource is not validated before creation",
            switch=True,
            default="false",
        ),
    ],
    ("create", "profile"): [
        Flag("bucket", "b", "object store bucket name"),
        Flag("endpoint", "e", "endpoint URL of the object store bucket"),
        Flag("prefix", "p", "prefix URL of the object store bucket"),
        Flag("region", "r", "region of the object store bucket"),
        Flag(
            "skip-SSL-verification",
            "",
            "if set, SSL verification is disabled for the profile",
            switch=True,
            default="false",
        ),
    ],
}
"""Flags that the commands below inherit."""

REQUIRED: dict[tuple[str, ...], tuple[str, ...]] = {
    ("create", "profile", "s3compliant"): ("access-key", "secret-key")
}
