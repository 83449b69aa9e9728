"""Products by the programs, keys of Secrets and words that only they have."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PRODUCTS", "Product"]

_NOTHING = r"(?!)"


class Product(NamedTuple):
    """A database, or whatever else Blueprints are for."""

    kind: str
    """Word of the workload; empty: there is none."""
    name: str
    programs: str
    """Regular expression: programs and keys of Secrets that only this product has."""
    words: str
    """Weaker: what its images and containers are called."""


PRODUCTS = (
    Product("", "Amazon RDS", r"\baws rds\b", _NOTHING),
    Product(
        "mariadb",
        "MariaDB",
        r"\b(?:mariadb-dump|mariadb-backup|mariabackup|mariadb-root-password)\b",
        r"\bmaria(?:db)?\b",
    ),
    Product(
        "mysql",
        "MySQL",
        r"\b(?:mysqldump|mysqlpump|mysqlsh|xtrabackup|mysql-root-password)\b",
        r"\bmysql\b",
    ),
    Product(
        "postgresql",
        "PostgreSQL",
        r"\b(?:pg_dump|pg_dumpall|pg_restore|pg_basebackup|psql|wal-e|wal-g"
        r"|postgres(?:ql)?-password)\b",
        r"\bpostgres(?:ql)?\b",
    ),
    Product(
        "redis", "Redis", r"\b(?:redis-cli|redis-dump|redis-password|valkey-cli)\b", r"\bredis\b"
    ),
    Product("", "MongoDB Atlas", r"\batlas backups?\b|\bmongocli\b", r"\bmongodb-atlas\b"),
    Product("", "MongoDB", r"\b(?:mongodump|mongorestore|mongosh)\b", r"\bmongo(?:db)?\b"),
    Product("", "Microsoft SQL Server", r"\b(?:sqlcmd|mssql)\b", r"\bmssql"),
    Product("", "K8ssandra", r"\b(?:CassandraBackup|CassandraRestore|MedusaBackup\w*)\b", _NOTHING),
    Product("", "Cassandra", r"\b(?:nodetool|cqlsh|sstableloader)\b", r"\bcassandra\b"),
    Product("", "Couchbase", r"\bcbbackupmgr\b", r"\bcouchbase\b"),
    Product("", "Elasticsearch", r"\b(?:elasticdump|esrally)\b|/_snapshot\b", r"\belastic"),
    Product("", "FoundationDB", r"\b(?:fdbbackup|fdbrestore|fdbcli)\b", r"\bfoundationdb\b"),
    Product("", "Kafka", r"\bconnect-standalone\b", r"\bkafka\b"),
    Product("", "CockroachDB", r"\bcockroach sql\b", r"\bcockroach"),
    Product("", "etcd", r"\betcdctl\b", r"\betcd\b"),
)
