"""Who may do what: grants, default privileges, policies; and comments on anything."""

from __future__ import annotations

from pytest_kanister._data.workloads.postgresql.catalogue import FIRST_OID, own

__all__ = ["RIGHTS", "server_grants"]


def _grants(objects: str) -> str:
    """What was granted on `objects`: (what, name, catalogue, number, part, acl, usual acl).

    Only where it is not what it would be without any grant.  An empty list is a list: even the
    owner's rights were revoked.
    """
    return rf"""WITH given (what, name, catalogue, number, part, acl, usual) AS ({objects}),
      told AS (SELECT what, name, acl FROM given AS g LEFT JOIN pg_init_privs AS i
        ON i.classoid = g.catalogue AND i.objoid = g.number AND i.objsubid = g.part
          AND g.number IS DISTINCT FROM to_regnamespace('public')
        WHERE acl IS NOT NULL AND name !~ '^information_schema(\.|$)'
          AND (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(acl) AS x) IS DISTINCT FROM
            (SELECT array_agg(x::text ORDER BY x::text)
              FROM unnest(coalesce(i.initprivs, usual)) AS x))
    SELECT ARRAY[what || ' ' || name || ' to ' || CASE WHEN a.grantee IS NULL THEN 'nobody'
        WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END],
      jsonb_build_object(coalesce(a.privilege_type, 'any right'), coalesce((
        SELECT string_agg('granted by ' || pg_get_userbyid(b.grantor)
          || CASE WHEN b.is_grantable THEN ', with grant option' ELSE '' END, '; '
          ORDER BY pg_get_userbyid(b.grantor))
        FROM aclexplode(told.acl) AS b
        WHERE b.grantee = a.grantee AND b.privilege_type = a.privilege_type), 'revoked'))
    FROM told LEFT JOIN LATERAL aclexplode(told.acl) AS a ON true"""


_RELATION = "format('%I.%I', c.relnamespace::regnamespace, c.relname)"

_OBJECTS = f"""
SELECT CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
    WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END, {_RELATION},
  'pg_class'::regclass::oid, c.oid, 0, c.relacl,
  acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
  FROM pg_class AS c WHERE c.relpersistence <> 't' AND c.relacl IS NOT NULL
UNION ALL SELECT 'column', {_RELATION} || '.' || quote_ident(a.attname), 'pg_class'::regclass,
  c.oid, a.attnum, a.attacl, acldefault('c', c.relowner)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  WHERE c.relpersistence <> 't' AND a.attacl IS NOT NULL AND NOT a.attisdropped
UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
  p.oid::regprocedure::text, 'pg_proc'::regclass, p.oid, 0, p.proacl, acldefault('f', p.proowner)
  FROM pg_proc AS p WHERE p.proacl IS NOT NULL
UNION ALL SELECT 'schema', quote_ident(n.nspname), 'pg_namespace'::regclass, n.oid, 0, n.nspacl,
  acldefault('n', n.nspowner)
  FROM pg_namespace AS n WHERE n.nspacl IS NOT NULL AND n.nspname !~ '^pg_(toast_)?temp_'
UNION ALL SELECT 'type', format_type(t.oid, NULL), 'pg_type'::regclass, t.oid, 0, t.typacl,
  acldefault('T', t.typowner) FROM pg_type AS t WHERE t.typacl IS NOT NULL
UNION ALL SELECT 'language', l.lanname, 'pg_language'::regclass, l.oid, 0, l.lanacl,
  acldefault('l', l.lanowner) FROM pg_language AS l WHERE l.lanacl IS NOT NULL
UNION ALL SELECT 'foreign-data wrapper', f.fdwname, 'pg_foreign_data_wrapper'::regclass, f.oid, 0,
  f.fdwacl, acldefault('F', f.fdwowner)
  FROM pg_foreign_data_wrapper AS f WHERE f.fdwacl IS NOT NULL
UNION ALL SELECT 'foreign server', s.srvname, 'pg_foreign_server'::regclass, s.oid, 0, s.srvacl,
  acldefault('S', s.srvowner) FROM pg_foreign_server AS s WHERE s.srvacl IS NOT NULL
UNION ALL SELECT 'large object', l.oid::text, 'pg_largeobject'::regclass, l.oid, 0, l.lomacl,
  acldefault('L', l.lomowner) FROM pg_largeobject_metadata AS l WHERE l.lomacl IS NOT NULL"""

_SERVER_OBJECTS = """
SELECT 'database', d.datname, 'pg_database'::regclass::oid, d.oid, 0, d.datacl,
  acldefault('d', d.datdba) FROM pg_database AS d
UNION ALL SELECT 'tablespace', t.spcname, 'pg_tablespace'::regclass, t.oid, 0, t.spcacl,
  acldefault('t', t.spcowner) FROM pg_tablespace AS t"""

# Rights to set a parameter are there since PostgreSQL 15.
_PARAMETERS = """
UNION ALL SELECT 'parameter', p.parname, 'pg_parameter_acl'::regclass, p.oid, 0, p.paracl,
  acldefault('p', 10) FROM pg_parameter_acl AS p"""


def server_grants(major: int) -> str:
    """Grants on what all databases share, as a query of the class `grant`."""
    return _grants(_SERVER_OBJECTS + (_PARAMETERS if major >= 15 else ""))


_COMMENTED = f"""SELECT ARRAY[i.type || ' ' || i.identity],
    jsonb_build_object('text', d.description)
  FROM pg_description AS d, pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
  WHERE (d.objoid >= {FIRST_OID} OR d.objoid = to_regnamespace('public')
      OR d.classoid IN ('pg_largeobject'::regclass, 'pg_extension'::regclass))
    AND i.identity !~ '^pg_temp' AND NOT EXISTS (SELECT FROM pg_depend AS e
      WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')"""

RIGHTS = {
    "grant": _grants(_OBJECTS),
    "default privilege": """SELECT ARRAY['on ' || CASE d.defaclobjtype WHEN 'r' THEN 'tables'
          WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
          WHEN 'n' THEN 'schemas' ELSE 'large objects' END
        || coalesce(' in ' || nullif(d.defaclnamespace, 0)::regnamespace, '')
        || ' of ' || pg_get_userbyid(d.defaclrole) || ' to ' || CASE
          WHEN a.grantee IS NULL THEN 'nobody' WHEN a.grantee = 0 THEN 'PUBLIC'
          ELSE pg_get_userbyid(a.grantee) END],
        jsonb_build_object(coalesce(a.privilege_type, 'any right'), CASE
          WHEN a.grantee IS NULL THEN 'revoked'
          WHEN a.is_grantable THEN 'granted, with grant option' ELSE 'granted' END)
      FROM pg_default_acl AS d LEFT JOIN LATERAL aclexplode(d.defaclacl) AS a ON true""",
    "policy": f"""SELECT ARRAY[n.nspname, c.relname, p.polname], jsonb_build_object(
        'for', CASE p.polcmd WHEN '*' THEN 'all' WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert'
          WHEN 'w' THEN 'update' ELSE 'delete' END,
        'permissive', p.polpermissive,
        'to', (SELECT to_jsonb(array_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END
          ORDER BY CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END))
          FROM unnest(p.polroles) AS r),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'with check', pg_get_expr(p.polwithcheck, p.polrelid))
      FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE {own("p", "pg_policy")}""",
    "comment": _COMMENTED,
    "large object": """SELECT ARRAY[m.oid::text],
        jsonb_build_object('owner', pg_get_userbyid(m.lomowner))
      FROM pg_largeobject_metadata AS m""",
}
"""By class of the inventory, for one database."""
