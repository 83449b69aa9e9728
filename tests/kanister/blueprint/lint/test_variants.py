"""The same defects written in other ways, and what looks like them and is none."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, scripts
from pytest_kanister._kanister.blueprint.lint.running import lint_text

PULL = 'kando location pull --profile "${profile}" --path "${path}" -'
PUSH = 'kando location push --profile "${profile}" --path "${path}" -'
WHOLE = "--all-databases --single-transaction --flush-privileges --routines --events"


def found(text: str) -> set[str]:
    result = lint_text(text, "example.yaml")
    assert result is not None
    return {finding.rule.code for finding in result.findings}


DEFECTS = {
    "dump in a function": ("KB501", {"backup": f"dump() {{ mysqldump -A -x; }}\ndump | {PUSH}"}),
    "mariadb-dump": ("KB501", {"backup": f"mariadb-dump -A -x | {PUSH}"}),
    "dump in a variable": ("KB501", {"backup": f'c="mysqldump -A -x"\n$c | {PUSH}'}),
    "dump in an array": ("KB501", {"backup": f'c=(mysqldump -A -x)\n"${{c[@]}}" | {PUSH}'}),
    "dump through kubectl": ("KB501", {"backup": f"kubectl exec pod -- mysqldump -A -x | {PUSH}"}),
    "only routines": ("KB501", {"backup": f"mysqldump -A -x -R --flush-privileges | {PUSH}"}),
    "env before it": ("KB501", {"backup": f"env A=1 mysqldump -A -x | {PUSH}"}),
    "pg_dump alone": ("KB502", {"backup": f"pg_dump shop | {PUSH}"}),
    "positional database": ("KB502", {"backup": f"mysqldump -RE -x shop | {PUSH}"}),
    "psql with -f": ("KB551", {"restore": f"{PULL} > /d.sql\npsql -f /d.sql"}),
    "psql with stdin": ("KB551", {"restore": f"{PULL} > /d.sql\npsql < /d.sql"}),
    "psql by its path": ("KB551", {"restore": f"{PULL} | /usr/bin/psql -q"}),
    "psql in while": ("KB551", {"restore": f"while ! {PULL} | psql; do sleep 1; done"}),
    "awk on a dump": ("KB555", {"backup": f"pg_dumpall | awk 1 | {PUSH}"}),
    "perl before mysql": ("KB555", {"restore": f"{PULL} | perl -pe s/a/b/ | mysql"}),
    "sqlcmd in a loop": ("KB552", {"backup": 'for f in /s/*; do sqlcmd -i "$f"; done'}),
    "redis-cli with <": ("KB553", {"restore": "redis-cli < /dump"}),
    "password after -p": ("KB401", {"backup": 'dump-it -p"${password}"'}),
    "password in a URL": ("KB401", {"backup": 'dump-it "postgres://u:${password}@h/db"'}),
    "password two variables on": ("KB401", {"backup": 'a="${password}"\nb="x${a}"\ndump-it "$b"'}),
    "password of the pod": ("KB401", {"backup": 'dump-it -p "$DB_PASSWORD"'}),
    "a key that does not tell, in a variable that does": (
        "KB401",
        {
            "backup": 'PASSWORD="{{ .Phases.dump.Secrets.login.Data.admin | toString }}"\n'
            'dump-it "$PASSWORD"'
        },
    ),
    "printf of a secret": ("KB402", {"backup": 'printf "%s\\n" "${password}"\ndump-it'}),
    "cat of a secret": ("KB402", {"backup": "cat <<END\npw=${password}\nEND\ndump-it"}),
    "set -x": ("KB403", {"backup": 'set -x\nexport P="${password}"\ndump-it'}),
    "or true": ("KB304", {"restore": f"{PULL} | load-it || true"}),
    "or colon": ("KB304", {"restore": "load-it || :"}),
    "curl with -s": ("KB308", {"restore": 'curl -s -X PUT "http://h/x"'}),
    "local hides": ("KB307", {"backup": 'f() { local v=$(dump-it --version); echo "$v"; }\nf'}),
    "for over a variable": (
        "KB506",
        {"backup": 'l=$(psql -Atc "select 1 from x")\nfor d in $l; do\ndump-it; done'},
    ),
    "constant path": ("KB603", {"backup": f"dump-it | {PUSH.replace('${path}', 'backups/dump')}"}),
    "aws rm": ("KB605", {"restore": 'x=$(newest)\naws s3 rm --recursive "s3://b/${x}"'}),
    "wget": ("KB309", {"restore": "wget --no-check-certificate https://h/x"}),
    "exec -t": ("KB310", {"restore": "kubectl exec -n x -t pod -- true"}),
    "pipe in a function": (
        "KB301",
        {"options": "bash, -e, -c", "backup": "f() { dump-it | gzip; }\nf"},
    ),
}


@pytest.mark.parametrize(("code", "script"), DEFECTS.values(), ids=DEFECTS)
def test_a_defect_is_found_however_it_is_written(code: str, script: dict[str, str]) -> None:
    assert code in found(scripts(**script))


NO_DEFECTS = {
    "short options": ("KB501", {"backup": f"mysqldump -A -x -RE --flush-privileges | {PUSH}"}),
    "two dumps": (
        "KB501",
        {"backup": f"{{ mysqldump -A -x; mysqldump -ndRE --no-data -A; }} | {PUSH}"},
    ),
    "the word in a comment": ("KB501", {"backup": "# mysqldump -A\ndump-it"}),
    "the word in a text": ("KB501", {"backup": 'echo "mysqldump -A"\ndump-it'}),
    "roles beside": ("KB502", {"backup": f"{{ pg_dumpall -g; pg_dump shop; }} | {PUSH}"}),
    "psql one command": ("KB551", {"restore": 'psql -c "VACUUM"'}),
    "psql --set": ("KB551", {"restore": f"{PULL} | psql --set=ON_ERROR_STOP=on"}),
    "sed elsewhere": ("KB555", {"restore": f"ls | sed s/a/b/ > /names\n{PULL} | mysql"}),
    "gunzip is no editor": ("KB555", {"restore": f"{PULL} | gunzip | mysql"}),
    "set -euo pipefail": (
        "KB301",
        {"options": "bash, -c", "backup": f"set -euo pipefail\ndump-it | {PUSH}", "restore": ":"},
    ),
    "bash -ec": ("KB303", {"options": "bash, -ec"}),
    "kando's profile": ("KB401", {"backup": f"dump-it | {PUSH}"}),
    "password by environment": ("KB401", {"backup": 'MYSQL_PWD="${password}" dump-it'}),
    "user's name": (
        "KB401",
        {"backup": "dump-it -u {{ .Phases.dump.Secrets.login.Data.username | toString }}"},
    ),
    "no secret of a Secret": (
        "KB401",
        {"backup": "l={{ .Phases.dump.Secrets.login.Data.labels | toString }}\nkubectl get -l $l"},
    ),
    "a here-document as an argument": (
        "KB307",
        {"backup": "dump-it \"$(cat <<'END'\nspec: {}\nEND\n)\""},
    ),
    "secret into a file": ("KB402", {"backup": 'printf "%s" "${password}" > /pw\ndump-it'}),
    "secret into a pipe": ("KB402", {"backup": 'printf "%s" "${password}" | dump-it'}),
    "xtrace off again": (
        "KB403",
        {"backup": 'set -x\nls\nset +x\nexport P="${password}"\ndump-it'},
    ),
    "grep or true": ("KB304", {"backup": 'x=$(ls | grep y || true)\ndump-it "$x"'}),
    "a message and an end": ("KB304", {"restore": "load-it || { echo bad; exit 1; }"}),
    "clearing up behind a failure": (
        "KB304",
        {"backup": "if ! dump-it; then\nremove-it || echo left >&2\necho bad >&2\nexit 1\nfi"},
    ),
    "curl's answer is read": ("KB308", {"restore": 'curl -s "http://h/x" | grep -q green'}),
    "curl -sf": ("KB308", {"restore": 'curl -sf "http://h/x"'}),
    "a plain assignment": ("KB307", {"backup": 'v=$(dump-it --version)\necho "$v"'}),
    "seq": ("KB307", {"backup": "for i in $(seq 3); do dump-it; done"}),
    "waited for": ("KB306", {"backup": "agent &\ndump-it\nwait"}),
    "a family's program": ("KB311", {"backup": f"pg_dumpall | {PUSH}"}),
    "test before": ("KB605", {"restore": '[ -z "$x" ] && exit 1\naws s3 rm --recursive "b/$x"'}),
    "or an error": ("KB605", {"restore": 'aws s3 rm --recursive "b/${x:?}"'}),
}


@pytest.mark.parametrize(("code", "script"), NO_DEFECTS.values(), ids=NO_DEFECTS)
def test_what_is_right_is_left_alone(code: str, script: dict[str, str]) -> None:
    assert code not in found(scripts(**script))


RDS = """
backup:
  phases:
  - func: KubeTask
    name: snap
    args:
      namespace: "{{ .Object.metadata.namespace }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      command: [bash, -o, errexit, -c, 'make-a-snapshot']
restore:
  phases:
  - func: KubeTask
    name: put
    args:
      namespace: "{{ .Object.metadata.namespace }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      command:
      - sh
      - -c
      - |
        aws rds delete-db-instance --db-instance-identifier a | tee log || echo $?
        aws rds restore-db-instance-from-db-snapshot --db-instance-identifier a
delete:
  phases:
  - func: KubeTask
    name: put
    args:
      namespace: "{{ .Namespace.Name }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      command: [bash, -o, errexit, -c, 'forget']
"""


def test_an_instance_that_is_deleted_before_its_snapshot_is_restored() -> None:
    assert {"KB806", "KB301", "KB303", "KB013"} <= found(blueprint(RDS))


CONDITIONS = {
    "text alone": ("Wait", '{{ if "$.status.ready" }}true{{ end }}', True),
    "only true": ("Wait", "true", True),
    "a variable is no path": ("Wait", "{{ $x := true }}{{ $x }}", True),
    "a path": ("Wait", '{{ if eq "{ $.status.phase }" "Ready" }}true{{ end }}', False),
    "object's field": ("WaitV2", '{{ eq .status.phase "Ready" }}', False),
    "object's field by dollar": ("WaitV2", "{{ $.status.ready }}", False),
    "a loop": (
        "WaitV2",
        "{{ $a := false }}{{ range $.status.conditions }}{{ $a = true }}{{ end }}{{ $a }}",
        False,
    ),
    "a constant": ("WaitV2", "{{ true }}", True),
    "a path in quotes": ("WaitV2", '{{ eq "$.status.phase" "$.status.phase" }}', True),
}


@pytest.mark.parametrize(("func", "condition", "constant"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_that_does_not_look(func: str, condition: str, constant: bool) -> None:
    text = blueprint(f"""
    restore:
      phases:
      - func: {func}
        name: ready
        args:
          timeout: 1m
          conditions:
            anyOf:
            - condition: |
                {condition}
              objectReference: {{apiVersion: v1, resource: pods, name: "{{{{ .PVC.Name }}}}"}}
    """)

    assert ("KB805" in found(text)) == constant


TEMPLATES = {
    "date of an option": ("KB107", '{{ .Options.at | date "2006.000" }}', True),
    "date as a call": ("KB107", '{{ date "2006.000" .Time }}', True),
    "date of a time": ("KB107", '{{ date "2006.000" (toDate "2006" .Time) }}', False),
    "now is a time": ("KB107", '{{ now | date "2006.000" }}', False),
    "date of a variable": ("KB107", '{{ $t := .Time }}{{ $t | date "2006.000" }}', True),
    "index with a default": ("KB108", '{{ index .Options "x" | default "y" }}', False),
    "index in a condition": ("KB108", '{{ if index .Options "x" }}y{{ end }}', False),
    "index that was asked for": (
        "KB108",
        '{{ if index .Options "x" }}{{ index .Options "x" }}{{ end }}',
        False,
    ),
    "index of an option": ("KB108", '{{ index .Options "x" }}', True),
    "index with a dash": ("KB108", '{{ index .Options "x-y" }}', False),
    "index by number": ("KB108", "{{ index .StatefulSet.Pods 0 }}", False),
    "misspelt field": ("KB102", "{{ .StatefulSet.Replicas }}", True),
    "misspelt root": ("KB102", "{{ .ArtifactIn.dump.KeyValue.path }}", True),
    "the object's own": ("KB102", "{{ .Object.spec.anything.at.all }}", False),
    "a Secret's name": ("KB102", "{{ .Phases.dump.Secrets.login.Name }}", False),
    "field of the dot in range": ("KB102", "{{ range .StatefulSet.Pods }}{{ . }}{{ end }}", False),
    "another kind": ("KB103", "{{ .Namespace.Name }}", True),
    "another kind, asked for": (
        "KB103",
        "{{ if .Deployment }}{{ .Deployment.Name }}{{ end }}",
        False,
    ),
    "own output": ("KB105", "{{ .Phases.dump.Output.path }}", True),
    "unknown phase": ("KB105", "{{ .Phases.other.Output.path }}", True),
    "deferred too early": ("KB105", "{{ .DeferPhase.Output.x }}", True),
    "sprig 3": ("KB101", '{{ dig "a" "b" .Object }}', True),
    "unclosed": ("KB101", "{{ .Time", True),
    "bytes in quotes": ("KB110", "{{ .Phases.dump.Secrets.login.Data.x | quote }}", False),
    "bytes as they are": ("KB110", "{{ .Phases.dump.Secrets.login.Data.x }}", True),
}


@pytest.mark.parametrize(("code", "template", "is_found"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_by_its_data_flow(code: str, template: str, is_found: bool) -> None:
    text = scripts(backup=f"IFS= read -r x <<'E'\n{template}\nE\ndump-it \"$x\"")

    assert (code in found(text)) == is_found
