"""Go's declarations of everything that a template can reach.

Names, order and JSON tags are those of Kanister's `param` and `v1alpha1` packages and of
Kubernetes' `v1`; the types of the fields decide what templates may do with them.
"""

from __future__ import annotations

from pytest_kanister._kanister.gotemplate.types import TypeTable

__all__ = ["TYPES"]

_Fields = list[tuple[str, str, str | None]]

_WORKLOAD: _Fields = [
    ("Name", "string", None),
    ("Namespace", "string", None),
    ("Pods", "[]string", None),
    ("Containers", "[][]string", None),
    ("PersistentVolumeClaims", "map[string]map[string]string", None),
]
_NAMED: _Fields = [("Name", "string", None), ("Namespace", "string", None)]
_META: _Fields = [
    ("TypeMeta", "v1.TypeMeta", ",inline"),
    ("ObjectMeta", "v1.ObjectMeta", "metadata,omitempty"),
]

_STRUCTS: dict[str, _Fields] = {
    "param.TemplateParams": [
        ("StatefulSet", "*param.StatefulSetParams", None),
        ("DeploymentConfig", "*param.DeploymentConfigParams", None),
        ("Deployment", "*param.DeploymentParams", None),
        ("PVC", "*param.PVCParams", None),
        ("Namespace", "*param.NamespaceParams", None),
        ("ArtifactsIn", "map[string]v1alpha1.Artifact", None),
        ("ConfigMaps", "map[string]v1.ConfigMap", None),
        ("Secrets", "map[string]v1.Secret", None),
        ("Time", "string", None),
        ("Profile", "*param.Profile", None),
        ("Options", "map[string]string", None),
        ("Object", "map[string]interface {}", None),
        ("CurrentPhase", "*param.Phase", None),
        ("Phases", "map[string]*param.Phase", None),
        ("DeferPhase", "*param.Phase", None),
        ("PodOverride", "v1alpha1.JSONMap", None),
        ("PodAnnotations", "map[string]string", None),
        ("PodLabels", "map[string]string", None),
    ],
    "param.StatefulSetParams": _WORKLOAD,
    "param.DeploymentParams": _WORKLOAD,
    "param.DeploymentConfigParams": _WORKLOAD,
    "param.PVCParams": _NAMED,
    "param.NamespaceParams": _NAMED,
    "param.Profile": [
        ("Location", "v1alpha1.Location", None),
        ("Credential", "param.Credential", None),
        ("SkipSSLVerify", "bool", None),
    ],
    "param.Credential": [
        ("Type", "param.CredentialType", None),
        ("KeyPair", "*param.KeyPair", None),
        ("Secret", "*v1.Secret", None),
        ("KopiaServerSecret", "*param.KopiaServerCreds", None),
    ],
    "param.KeyPair": [("ID", "string", None), ("Secret", "string", None)],
    "param.KopiaServerCreds": [
        ("Username", "string", None),
        ("Hostname", "string", None),
        ("Password", "string", None),
        ("Cert", "string", None),
        ("ConnectOptions", "map[string]int", None),
    ],
    "param.Phase": [
        ("Secrets", "map[string]v1.Secret", None),
        ("ConfigMaps", "map[string]v1.ConfigMap", None),
        ("Output", "map[string]interface {}", None),
    ],
    "v1alpha1.Location": [
        ("Type", "v1alpha1.LocationType", "type"),
        ("Bucket", "string", "bucket"),
        ("Endpoint", "string", "endpoint"),
        ("Prefix", "string", "prefix"),
        ("Region", "string", "region"),
    ],
    "v1alpha1.Artifact": [
        ("KeyValue", "map[string]string", "keyValue,omitempty"),
        ("KopiaSnapshot", "string", "kopiaSnapshot,omitempty"),
    ],
    "v1.TypeMeta": [
        ("Kind", "string", "kind,omitempty"),
        ("APIVersion", "string", "apiVersion,omitempty"),
    ],
    "v1.ObjectMeta": [
        ("Name", "string", "name,omitempty"),
        ("GenerateName", "string", "generateName,omitempty"),
        ("Namespace", "string", "namespace,omitempty"),
        ("SelfLink", "string", "selfLink,omitempty"),
        ("UID", "types.UID", "uid,omitempty"),
        ("ResourceVersion", "string", "resourceVersion,omitempty"),
        ("Generation", "int64", "generation,omitempty"),
        ("CreationTimestamp", "v1.Time", "creationTimestamp,omitempty"),
        ("DeletionTimestamp", "*v1.Time", "deletionTimestamp,omitempty"),
        ("DeletionGracePeriodSeconds", "*int64", "deletionGracePeriodSeconds,omitempty"),
        ("Labels", "map[string]string", "labels,omitempty"),
        ("Annotations", "map[string]string", "annotations,omitempty"),
        ("OwnerReferences", "[]v1.OwnerReference", "ownerReferences,omitempty"),
        ("Finalizers", "[]string", "finalizers,omitempty"),
        ("ManagedFields", "[]v1.ManagedFieldsEntry", "managedFields,omitempty"),
    ],
    "v1.OwnerReference": [
        ("APIVersion", "string", "apiVersion"),
        ("Kind", "string", "kind"),
        ("Name", "string", "name"),
        ("UID", "types.UID", "uid"),
        ("Controller", "*bool", "controller,omitempty"),
        ("BlockOwnerDeletion", "*bool", "blockOwnerDeletion,omitempty"),
    ],
    "v1.ManagedFieldsEntry": [
        ("Manager", "string", "manager,omitempty"),
        ("Operation", "v1.ManagedFieldsOperationType", "operation,omitempty"),
        ("APIVersion", "string", "apiVersion,omitempty"),
        ("Time", "*v1.Time", "time,omitempty"),
        ("FieldsType", "string", "fieldsType,omitempty"),
        # A struct around raw JSON in Go; as JSON it is what it holds.
        ("FieldsV1", "map[string]interface {}", "fieldsV1,omitempty"),
        ("Subresource", "string", "subresource,omitempty"),
    ],
    "v1.Secret": [
        *_META,
        ("Immutable", "*bool", "immutable,omitempty"),
        ("Data", "map[string][]uint8", "data,omitempty"),
        ("StringData", "map[string]string", "stringData,omitempty"),
        ("Type", "v1.SecretType", "type,omitempty"),
    ],
    "v1.ConfigMap": [
        *_META,
        ("Immutable", "*bool", "immutable,omitempty"),
        ("Data", "map[string]string", "data,omitempty"),
        ("BinaryData", "map[string][]uint8", "binaryData,omitempty"),
    ],
}

TYPES = TypeTable(
    _STRUCTS,
    named={
        "param.CredentialType": "string",
        "v1alpha1.LocationType": "string",
        "v1alpha1.JSONMap": "map[string]interface {}",
        "v1.SecretType": "string",
        "v1.ManagedFieldsOperationType": "string",
        "types.UID": "string",
    },
    embedded={"TypeMeta", "ObjectMeta"},
)
"""Every type by its Go name."""
