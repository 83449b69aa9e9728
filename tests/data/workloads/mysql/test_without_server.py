"""What needs no server: definitions taken apart, manifests, options."""

from __future__ import annotations

from typing import Any, cast

import pytest

from pytest_kanister._data.proof.canonical import Kind
from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import column_of, quoted, select_expression
from pytest_kanister._data.workloads.mysql.definition import definition, with_collations
from pytest_kanister._data.workloads.mysql.manifests import manifests
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import Unverified, UsageProblem

NO_CLUSTER = cast(KubeClient, None)


def workload(**options: Any) -> MySQL:
    return MySQL(NO_CLUSTER, Settings(), name="store", namespace="shop", options=options)


def test_a_definition_is_taken_apart_without_losing_anything() -> None:
    statement = """CREATE TABLE `odd``name` (
  `id` int NOT NULL AUTO_INCREMENT,
  `a, b` varchar(9) DEFAULT 'x,' COMMENT 'it''s (odd)',
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`a, b`),
  KEY `k` (`id`,`a, b`),
  FULLTEXT KEY `f` (`a, b`),
  CONSTRAINT `c` CHECK ((`id` > 0)),
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `p` (`id`) ON DELETE CASCADE,
  SOMETHING NEW
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COMMENT='a ''b'' = c' /*!50100 X */
/*!50100 PARTITION BY HASH (`id`)
PARTITIONS 4 */"""
    assert definition(statement) == {
        "column id": "int NOT NULL AUTO_INCREMENT",
        "column a, b": "varchar(9) DEFAULT 'x,' COMMENT 'it''s (odd)'",
        "primary key": "(`id`)",
        "unique key u": "(`a, b`)",
        "key k": "(`id`,`a, b`)",
        "fulltext key f": "(`a, b`)",
        "constraint c": "CHECK ((`id` > 0))",
        "constraint fk": "FOREIGN KEY (`id`) REFERENCES `p` (`id`) ON DELETE CASCADE",
        "SOMETHING NEW": "as written",
        "option ENGINE": "InnoDB",
        "option AUTO_INCREMENT": "5",
        "option DEFAULT CHARSET": "utf8mb4",
        "option COMMENT": "'a ''b'' = c'",
        "other options": "/*!50100 X */",
        "partitions": "/*!50100 PARTITION BY HASH (`id`) PARTITIONS 4 */",
    }


def test_a_column_reads_the_same_however_its_collation_came_about() -> None:
    collation = [("c", "varchar(9)", "utf8mb4_bin"), ("e", "enum(' COLLATE x')", "utf8mb4_bin")]
    texts = ("", " COLLATE utf8mb4_bin", " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    forms = [
        with_collations(
            {
                "column c": f"varchar(9){text} DEFAULT ' COLLATE x'",
                "column e": f"enum(' COLLATE x'){text}",
                "column n": "int",
            },
            collation,
        )
        for text in texts
    ]
    assert forms[0] == forms[1] == forms[2]
    assert forms[0] == {
        "column c": "varchar(9) DEFAULT ' COLLATE x'",
        "collation of c": "utf8mb4_bin",
        "column e": "enum(' COLLATE x')",
        "collation of e": "utf8mb4_bin",
        "column n": "int",
    }


def test_names_in_backticks() -> None:
    assert quoted("a`b c") == "`a``b c`"


@pytest.mark.parametrize(
    ("data_type", "kind"),
    [("int", Kind.INTEGER), ("enum", Kind.TEXT), ("bit", Kind.BINARY), ("vector", Kind.BINARY)],
)
def test_kinds(data_type: str, kind: Kind) -> None:
    assert column_of("c", data_type, data_type, "").kind is kind


def test_floating_point_is_selected_with_all_its_digits() -> None:
    assert select_expression(column_of("c", "float", "float", "")) == "`c`*1e0"
    assert select_expression(column_of("c", "int", "int", "")) == "`c`"


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(Unverified, match="column c has type hologram"):
        column_of("c", "hologram", "hologram", "")


def test_manifests_have_what_public_blueprints_read() -> None:
    made = manifests("store", "shop", image="mysql:9.7", storage="1Gi", password="pw")
    kinds = [(obj["kind"], obj["metadata"]["name"]) for obj in made]
    assert kinds == [
        ("Secret", "store"),
        ("Service", "store-headless"),
        ("Service", "store"),
        ("StatefulSet", "store"),
    ]
    secret, _, service, stateful_set = made
    assert secret["stringData"]["mysql-root-password"] == "pw"
    assert service["spec"]["ports"][0]["port"] == 3306
    for obj in made:
        assert obj["metadata"]["namespace"] == "shop"
        assert obj["metadata"]["labels"]["app.kubernetes.io/instance"] == "store"
    template = stateful_set["spec"]["template"]
    selector = stateful_set["spec"]["selector"]["matchLabels"]
    assert selector.items() <= template["metadata"]["labels"].items()
    assert service["spec"]["selector"] == selector
    # The password reaches the pod by reference only.
    assert "pw" not in str(stateful_set)


def test_target_and_secrets_are_what_the_tutorial_names() -> None:
    mysql: Workload = workload()
    assert mysql.target == Target("statefulset", "store", "shop")
    assert mysql.secrets == {"mysql": Target("secret", "store", "shop")}
    assert "accounts" in mysql.datasets()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"imgae": "mysql:8"}, "it has the options image, storage, found 'imgae'"),
        ({"image": 8}, "image: expected a text, found 8"),
        ({"image": ""}, "image: expected a text, found ''"),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageProblem, match=text):
        workload(**options)


def test_an_unknown_dataset_names_the_known_ones() -> None:
    with pytest.raises(UsageProblem, match=r"accounts.*found 'acounts'"):
        workload().seed("acounts")
