# How an image of the family `postgres` starts: what the official image and Bitnami's promise.
# Arguments: STYLE (official or bitnami) PREPARED HOME (the image's folder) HOME_PLACE (where that
# is on this machine) DATA_PLACE (the same of HOME/data) DATA RUN IP HBA, then the container's.
set -euo pipefail
style=$1 prepared=$2 home=$3 home_place=$4 data_place=$5 data=$6 run=$7 ip=$8 hba=$9
shift 9

if [[ ${1:-} == postgres ]]; then shift; fi
if [[ -n ${1:-} && ${1:0:1} != - ]]; then exec "$@"; fi

fail() {
    printf 'Error: %s\n' "$@" >&2
    exit 1
}

if [[ $style == bitnami ]]; then
    data=${POSTGRESQL_DATA_DIR:-${PGDATA:-$data}}
    # The image takes its variables under two names.
    for name in PASSWORD POSTGRES_PASSWORD DATABASE USERNAME INITDB_ARGS; do
        long=POSTGRESQL_$name short=POSTGRES_$name
        if [[ $name == POSTGRES_PASSWORD ]]; then long=POSTGRESQL_POSTGRES_PASSWORD; fi
        if [[ -z ${!long:-} && -n ${!short:-} ]]; then printf -v "$long" %s "${!short}"; fi
        file=${long}_FILE
        if [[ -z ${!file:-} ]]; then file=${short}_FILE; fi
        if [[ -z ${!long:-} && -n ${!file:-} ]]; then printf -v "$long" %s "$(<"${!file}")"; fi
    done
    user=${POSTGRESQL_USERNAME:-${POSTGRES_USER:-postgres}}
    password=${POSTGRESQL_PASSWORD:-}
    # With a user of one's own, `postgres` has a password only where one is given for it.
    root_password=${POSTGRESQL_POSTGRES_PASSWORD:-}
    if [[ $user == postgres ]]; then root_password=${password:-$root_password}; fi
    database=${POSTGRESQL_DATABASE:-${POSTGRES_DB:-postgres}}
    arguments=${POSTGRESQL_INITDB_ARGS:-}
    initial=/docker-entrypoint-initdb.d
    if [[ ${ALLOW_EMPTY_PASSWORD:-no} != yes && -z $password && -z $root_password ]]; then
        missing="The POSTGRESQL_PASSWORD environment variable is empty or not set. Set the"
        missing+=" environment variable ALLOW_EMPTY_PASSWORD=yes to allow a blank password."
    fi
    if [[ ${ALLOW_EMPTY_PASSWORD:-no} == yes && -z $password ]]; then hba=${hba//scram-sha-256/trust}; fi
else
    data=${PGDATA:-$data}
    for name in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS; do
        file=${name}_FILE
        if [[ -n ${!file:-} ]]; then
            if [[ -n ${!name:-} ]]; then
                fail "both $name and $file are set (but are exclusive)"
            fi
            printf -v "$name" %s "$(<"${!file}")"
        fi
    done
    user=${POSTGRES_USER:-postgres}
    password=${POSTGRES_PASSWORD:-} root_password=$password
    database=${POSTGRES_DB:-$user}
    arguments=${POSTGRES_INITDB_ARGS:-}
    initial=/docker-entrypoint-initdb.d
    if [[ ${POSTGRES_HOST_AUTH_METHOD:-} == trust ]]; then
        hba=${hba//scram-sha-256/trust}
    elif [[ -n ${POSTGRES_HOST_AUTH_METHOD:-} ]]; then
        fail "POSTGRES_HOST_AUTH_METHOD=$POSTGRES_HOST_AUTH_METHOD is not supported by the embedded cluster (trust is)"
    elif [[ -z $password ]]; then
        missing="Database is uninitialized and superuser password is not specified."
        missing+=" You must specify POSTGRES_PASSWORD to a non-empty value for the superuser."
    fi
fi
# Without a root file system of its own the pod's path is another one on this machine: a volume is
# mounted at the image's folder, or at `data` in it.
asked=$data
case $data in
    "$home/data" | "$home/data"/*) data=$data_place${data#"$home/data"} ;;
    "$home" | "$home"/*) data=$home_place${data#"$home"} ;;
esac
if [[ -n ${NSS_WRAPPER_HOSTS:-} && $data == "$asked" ]]; then
    fail "PGDATA=$asked is in no volume, and pods on this machine have no root file system of their own"
fi
as_user=(/bin/bash "${BASH_SOURCE[0]%/*}/postgres-user.sh")

literal() { # an SQL string literal on one line: a line break would end the statement
    local text=${1//\\/\\\\}
    text=${text//\'/\\\'}
    text=${text//$'\n'/\\n}
    printf "E'%s'" "$text"
}
quoted() {
    if [[ $1 == *$'\n'* ]]; then fail "a name with a line break is not supported: $1"; fi
    printf '"%s"' "${1//\"/\"\"}"
}

mkdir -p "$data" "$run"
if [[ ! -s $data/PG_VERSION ]]; then
    if [[ -n ${missing:-} ]]; then fail "$missing"; fi
    if [[ -n $(ls -A "$initial" 2>/dev/null || true) && -z ${NSS_WRAPPER_HOSTS:-} ]]; then
        fail "files in $initial are not supported by the embedded cluster"
    fi
    if [[ -n $arguments ]]; then
        fail "initdb's arguments ($arguments) are not supported by the embedded cluster"
    fi
    # Whole or not at all: PG_VERSION, by which an initialised folder is known, is moved last.
    rm -rf "$data/.new"
    cp --recursive --sparse=auto "$prepared" "$data/.new"
    printf '%s' "$hba" >"$data/.new/pg_hba.conf"
    sql=
    if [[ $style == official && $user != postgres ]]; then
        sql+="UPDATE pg_catalog.pg_authid SET rolname = $(literal "$user") WHERE oid = 10;"$'\n'
        if [[ -n $password ]]; then
            sql+="ALTER ROLE $(quoted "$user") PASSWORD $(literal "$password");"$'\n'
        fi
    else
        if [[ -n $root_password ]]; then
            sql+="ALTER ROLE postgres PASSWORD $(literal "$root_password");"$'\n'
        fi
        if [[ $user != postgres ]]; then
            sql+="CREATE ROLE $(quoted "$user") LOGIN CREATEDB PASSWORD $(literal "$password");"$'\n'
        fi
    fi
    if [[ $database != postgres ]]; then
        sql+="CREATE DATABASE $(quoted "$database") OWNER $(quoted "$user");"$'\n'
    fi
    chmod 700 "$data/.new"
    said=$("${as_user[@]}" postgres --single -D "$data/.new" postgres <<<"$sql" 2>&1 >/dev/null) \
        || fail "the server cannot be set up" "$said"
    if [[ $said == *ERROR:* ]]; then fail "the server cannot be set up" "$said"; fi
    mv "$data/.new/PG_VERSION" "$data/.PG_VERSION"
    mv "$data/.new"/* "$data/"
    mv "$data/.PG_VERSION" "$data/PG_VERSION"
    rmdir "$data/.new"
fi
# Whatever is said in them, their server is gone: these folders have one pod, and that is starting.
rm -f "$data/postmaster.pid" "$run/.s.PGSQL.5432" "$run/.s.PGSQL.5432.lock"
chmod 700 "$data"
if [[ $(id -u) == 0 ]] && ! unshare --user --ipc true 2>/dev/null; then
    chown -R 1:1 "$data" "$run"
fi

# A socket's path may have 107 bytes.
socket=$run
if ((${#socket} > 90)); then socket=; fi
"${as_user[@]}" postgres -D "$data" -c "listen_addresses=$ip" -c port=5432 \
    -c "unix_socket_directories=$socket" "$@" &
server=$!
# The images are stopped by SIGINT: SIGTERM would wait for every client to leave.
trap 'kill -INT "$server" 2>/dev/null' TERM INT
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    status=0
    wait "$server" || status=$?
done
exit "$status"
