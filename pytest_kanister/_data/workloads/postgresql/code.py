"""Programs in a database: functions, procedures, aggregates, triggers, rules."""

from __future__ import annotations

from pytest_kanister._data.workloads.postgresql.catalogue import own

__all__ = ["CODE"]

_ROUTINE = f"""FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE n.nspname !~ '^pg_temp_' AND {own("p", "pg_proc", parts="'e', 'i'")}"""
_ROUTINE_NAME = (
    "ARRAY[n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')']"
)
_DEFINED = f"""SELECT {_ROUTINE_NAME}, jsonb_build_object(
  'owner', pg_get_userbyid(p.proowner), 'definition', pg_get_functiondef(p.oid)) {_ROUTINE}"""
_FIRES = """CASE {} WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'
  WHEN 'A' THEN 'always' END"""

CODE = {
    "function": f"{_DEFINED} AND p.prokind IN ('f', 'w')",
    "procedure": f"{_DEFINED} AND p.prokind = 'p'",
    "aggregate": f"""SELECT {_ROUTINE_NAME}, (SELECT jsonb_build_object(
        'transition', g.aggtransfn::regprocedure,
        'final', nullif(g.aggfinalfn::oid, 0)::regprocedure,
        'combine', nullif(g.aggcombinefn::oid, 0)::regprocedure,
        'state', format_type(g.aggtranstype, NULL), 'initial', g.agginitval,
        'kind', g.aggkind, 'direct arguments', g.aggnumdirectargs,
        'moving transition', nullif(g.aggmtransfn::oid, 0)::regprocedure,
        'sort operator', nullif(g.aggsortop, 0)::regoperator) FROM pg_aggregate AS g
        WHERE g.aggfnoid = p.oid) || jsonb_build_object(
        'owner', pg_get_userbyid(p.proowner), 'returns', format_type(p.prorettype, NULL),
        'parallel', p.proparallel)
      {_ROUTINE} AND p.prokind = 'a'""",
    "trigger": f"""SELECT ARRAY[n.nspname, c.relname, t.tgname], jsonb_build_object(
        'definition', pg_get_triggerdef(t.oid), 'fires', {_FIRES.format("t.tgenabled")})
      FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND c.relpersistence <> 't' AND {own("t", "pg_trigger")}""",
    "rule": f"""SELECT ARRAY[n.nspname, c.relname, r.rulename], jsonb_build_object(
        'definition', pg_get_ruledef(r.oid), 'fires', {_FIRES.format("r.ev_enabled")})
      FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND {own("r", "pg_rewrite")}""",
    "event trigger": f"""SELECT ARRAY[e.evtname], jsonb_build_object(
        'owner', pg_get_userbyid(e.evtowner), 'event', e.evtevent,
        'function', e.evtfoid::regprocedure, 'tags', to_jsonb(e.evttags),
        'fires', {_FIRES.format("e.evtenabled")})
      FROM pg_event_trigger AS e WHERE {own("e", "pg_event_trigger")}""",
}
"""By class of the inventory, for one database."""
