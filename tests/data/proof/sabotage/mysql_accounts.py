"""Alterations of accounts on a MySQL server, with and without FLUSH PRIVILEGES."""

from __future__ import annotations

BRIEN = "'o''brien'@'10.%'"

# (statement, what the diff says)
ACCOUNTS = {
    "user dropped": ("DROP USER reader", "user 'reader'@'%': missing"),
    "user added": ("CREATE USER other", "user 'other'@'%': extra"),
    "password": ("ALTER USER reader IDENTIFIED BY 'other'", "password: fingerprint "),
    "plugin": (
        "ALTER USER reader IDENTIFIED WITH sha256_password BY 'reads-9'",
        "plugin: caching_sha2_password -> sha256_password",
    ),
    "unlocked": (f"ALTER USER {BRIEN} ACCOUNT UNLOCK", "account locked: Y -> N"),
    "expired": ("ALTER USER reader PASSWORD EXPIRE", "password expired: N -> Y"),
    "lifetime": ("ALTER USER reader PASSWORD EXPIRE NEVER", "password lifetime: 90 -> 0"),
    "reuse": ("ALTER USER reader PASSWORD HISTORY 5", "Password reuse history:  -> 5"),
    "encryption": ("ALTER USER reader REQUIRE NONE", "ssl type: ANY -> "),
    "limit": (
        "ALTER USER reader WITH MAX_QUERIES_PER_HOUR 501",
        "max questions: 500 -> 501",
    ),
    "comment": ("ALTER USER reader COMMENT 'x'", "who reads"),
    "failed logins": ("ALTER USER reader FAILED_LOGIN_ATTEMPTS 4", '"failed_login_attempts": 4'),
    "second password": (
        "ALTER USER reader IDENTIFIED BY 'next-1' RETAIN CURRENT PASSWORD",
        "attribute additional_password: fingerprint ",
    ),
    "login lost": ("DROP USER plain", "login 'plain'@'%': missing"),
    "login added": ("CREATE USER new IDENTIFIED BY 'new-1'", "login 'new'@'%': extra"),
    "login refused": (
        "ALTER USER plain ACCOUNT LOCK",
        "login: let in with password 1 as plain@%, roles NONE -> refused: error 3118",
    ),
    "role dropped": ("DROP ROLE works", "role 'works'@'%': missing"),
    "role added": ("CREATE ROLE more", "role 'more'@'%': extra"),
    "role changed": ("ALTER USER works COMMENT 'x'", "role 'works'@'%': changed"),
    "default role lost": (
        "SET DEFAULT ROLE NONE TO reader",
        "default role 'looks'@'%' of 'reader'@'%': missing",
    ),
    "default role added": (
        "GRANT works TO reader; SET DEFAULT ROLE works, looks TO reader",
        "default role 'works'@'%' of 'reader'@'%': extra",
    ),
    "role grant lost": (
        "REVOKE looks FROM reader",
        "role grant 'looks'@'%' to 'reader'@'%': missing",
    ),
    "role grant added": (
        "GRANT works TO reader",
        "role grant 'works'@'%' to 'reader'@'%': extra",
    ),
    "role grant changed": (
        "GRANT works TO looks WITH ADMIN OPTION",
        "ROLE: granted -> granted, with admin option",
    ),
    "global grant lost": ("REVOKE ALL ON *.* FROM reader", "global grant to 'reader'@'%': missing"),
    "global grant added": ("GRANT FILE ON *.* TO works", "global grant to 'works'@'%': extra"),
    "global grant changed": ("REVOKE PROCESS ON *.* FROM reader", "PROCESS: granted"),
    "dynamic grant changed": ("REVOKE BACKUP_ADMIN ON *.* FROM reader", "BACKUP_ADMIN: granted"),
    "grant option": ("GRANT SELECT ON *.* TO reader WITH GRANT OPTION", "GRANT OPTION: granted"),
    "schema grant lost": ("REVOKE INSERT ON d.* FROM works", "schema grant d to 'works'@'%': miss"),
    "schema grant added": ("GRANT SELECT ON d.* TO looks", "schema grant d to 'looks'@'%': extra"),
    "schema grant changed": (
        rf"REVOKE EVENT ON `d\_x`.* FROM {BRIEN}",
        "EVENT: granted",
    ),
    "table grant lost": (
        "REVOKE DELETE, TRIGGER ON d.t FROM works",
        "table grant d.t to 'works'@'%': missing",
    ),
    "table grant added": (
        "GRANT ALL ON d.parts TO works",
        "table grant d.parts to 'works'@'%': extra",
    ),
    "table grant changed": ("REVOKE TRIGGER ON d.t FROM works", "TRIGGER: granted"),
    "column grant lost": (
        "REVOKE SELECT (parent) ON d.t FROM works",
        "column grant d.t.parent to 'works'@'%': missing",
    ),
    "column grant added": (
        "GRANT SELECT (id) ON d.t TO works",
        "column grant d.t.id to 'works'@'%': extra",
    ),
    "column grant changed": ("REVOKE UPDATE (name) ON d.t FROM works", "UPDATE: granted"),
    "routine grant lost": (
        "REVOKE EXECUTE ON PROCEDURE d.p FROM works",
        "routine grant procedure d.p to 'works'@'%': missing",
    ),
    "routine grant added": (
        "GRANT EXECUTE ON FUNCTION d.f TO works",
        "routine grant function d.f to 'works'@'%': extra",
    ),
    "routine grant changed": (
        "REVOKE EXECUTE ON FUNCTION d.f FROM looks",
        "EXECUTE: granted",
    ),
    "proxy grant lost": (
        "DELETE FROM mysql.proxies_priv WHERE User = 'reader'; FLUSH PRIVILEGES",
        "proxy grant 'o'brien'@'10.%' to 'reader'@'%': missing",
    ),
    "proxy grant added": (
        "INSERT INTO mysql.proxies_priv VALUES ('%', 'reader', '%', 'looks', 0, 'root@%', NOW());"
        "FLUSH PRIVILEGES",
        "proxy grant 'looks'@'%' to 'reader'@'%': extra",
    ),
    "proxy grant changed": (
        "UPDATE mysql.proxies_priv SET With_grant = 0 WHERE User = 'reader'; FLUSH PRIVILEGES",
        "PROXY: granted, with grant option -> granted",
    ),
}  # fmt: skip

# Rows of the server's tables, changed behind its back.
UNFLUSHED = {
    "stored only": (
        "INSERT INTO mysql.user (Host, User, ssl_cipher, x509_issuer, x509_subject) "
        "VALUES ('%', 'new', '', '', '')",
        "user 'new'@'%': extra",
    ),
    "in force only": (
        "DELETE FROM mysql.user WHERE User = 'reader'",
        "stored: no; it is still in force, until FLUSH PRIVILEGES",
    ),
    "password": (
        "UPDATE mysql.user SET authentication_string = '' WHERE User = 'reader'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: password",
    ),
    "lock": (
        "UPDATE mysql.user SET account_locked = 'N' WHERE User LIKE 'o%'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: account locked",
    ),
    "right stored only": (
        "UPDATE mysql.db SET Drop_priv = 'Y' WHERE User = 'works'",
        "DROP: stored, but not in force before FLUSH PRIVILEGES",
    ),
    "right in force only": (
        "DELETE FROM mysql.db WHERE User = 'works'",
        "INSERT: granted -> in force, but not stored: gone after FLUSH PRIVILEGES",
    ),
}

_ON = "SET GLOBAL partial_revokes = ON;"
_OFF = "DROP USER reader; SET GLOBAL partial_revokes = OFF"

# (more to the scene, statement, what the diff says, statements for the end)
REVOKES = {
    "partial revoke lost": (
        f"{_ON} REVOKE SELECT ON d.* FROM reader",
        "GRANT SELECT ON d.* TO reader",
        "partial revoke d to 'reader'@'%': missing",
        _OFF,
    ),
    "partial revoke added": (
        _ON,
        "REVOKE SELECT ON d.* FROM reader",
        "partial revoke d to 'reader'@'%': extra",
        _OFF,
    ),
    "partial revoke changed": (
        f"GRANT INSERT ON *.* TO reader; {_ON} REVOKE SELECT ON d.* FROM reader",
        "REVOKE INSERT ON d.* FROM reader",
        "INSERT: revoked",
        _OFF,
    ),
}
