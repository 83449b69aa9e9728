# How an image of the family `mysql` starts: what the official image's entrypoint promises.
# Arguments: SERVER (mysqld or mariadbd) PREPARED CONFIG DATA RUN CONF_D IP, then the container's.
set -euo pipefail
server=$1 prepared=$2 config=$3 data=$4 run=$5 conf_d=$6 ip=$7
shift 7

if [[ ${1:-} == mysqld || ${1:-} == mariadbd ]]; then shift; fi
if [[ -n ${1:-} && ${1:0:1} != - ]]; then exec "$@"; fi

# MariaDB's image takes the same variables under its own name too.
for name in ROOT_PASSWORD ROOT_HOST DATABASE USER PASSWORD ALLOW_EMPTY_ROOT_PASSWORD; do
    theirs=MARIADB_$name ours=MYSQL_$name
    if [[ $server == mariadbd && -n ${!theirs:-} ]]; then printf -v "$ours" %s "${!theirs}"; fi
done
: "${MYSQL_ALLOW_EMPTY_PASSWORD:=${MYSQL_ALLOW_EMPTY_ROOT_PASSWORD:-}}"

# The official image reads NAME_FILE where NAME is not set.
for name in MYSQL_ROOT_PASSWORD MYSQL_ROOT_HOST MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD; do
    file=${name}_FILE
    if [[ -n ${!file:-} ]]; then
        if [[ -n ${!name:-} ]]; then
            echo "[ERROR] [Entrypoint]: Both $name and $file are set (but are exclusive)" >&2
            exit 1
        fi
        printf -v "$name" %s "$(<"${!file}")"
    fi
done

quote() { # an SQL string literal; a line break would end the statement in the init file
    local text=${1//\\/\\\\}
    text=${text//\'/\\\'}
    text=${text//$'\n'/\\n}
    printf "'%s'" "$text"
}

# There until the server has answered for the first time: a first start that was killed before its
# accounts were made must not leave a server without them.
first=$data/.first-start

sql=
mkdir -p "$data" "$run"
if [[ ! -d $data/mysql ]]; then
    if [[ -z ${MYSQL_ROOT_PASSWORD:-} && -z ${MYSQL_ALLOW_EMPTY_PASSWORD:-} \
        && -z ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
        {
            echo "[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified"
            echo "    You need to specify one of the following as an environment variable:"
            echo "    - MYSQL_ROOT_PASSWORD"
            echo "    - MYSQL_ALLOW_EMPTY_PASSWORD"
            echo "    - MYSQL_RANDOM_ROOT_PASSWORD"
        } >&2
        exit 1
    fi
    if [[ -n $(ls -A /docker-entrypoint-initdb.d 2>/dev/null || true) ]]; then
        echo "[ERROR] [Entrypoint]: files in /docker-entrypoint-initdb.d are not supported by the embedded cluster" >&2
        exit 1
    fi
    touch "$first"
    # Whole or not at all: `mysql`, by which an initialised folder is known, is moved last.
    rm -rf "$data/.new"
    cp --recursive --sparse=auto "$prepared" "$data/.new"
    mv "$data/.new/mysql" "$data/.mysql"
    mv "$data/.new"/* "$data/"
    mv "$data/.mysql" "$data/mysql"
    rmdir "$data/.new"
fi
if [[ -e $first ]]; then
    if [[ -n ${MYSQL_RANDOM_ROOT_PASSWORD:-} ]]; then
        MYSQL_ROOT_PASSWORD=$(head -c 18 /dev/urandom | base64)
        echo "[Note] [Entrypoint]: GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
    fi
    password=$(quote "${MYSQL_ROOT_PASSWORD:-}")
    sql="ALTER USER 'root'@'localhost' IDENTIFIED BY $password;"$'\n'
    root_host=${MYSQL_ROOT_HOST:-%}
    if [[ $root_host != localhost ]]; then
        account="'root'@$(quote "$root_host")"
        sql+="CREATE USER IF NOT EXISTS $account IDENTIFIED BY $password;"$'\n'
        sql+="GRANT ALL ON *.* TO $account WITH GRANT OPTION;"$'\n'
    fi
    if [[ -n ${MYSQL_DATABASE:-} ]]; then
        sql+="CREATE DATABASE IF NOT EXISTS \`${MYSQL_DATABASE//\`/\`\`}\`;"$'\n'
    fi
    if [[ -n ${MYSQL_USER:-} && -n ${MYSQL_PASSWORD:-} ]]; then
        account="$(quote "$MYSQL_USER")@'%'"
        sql+="CREATE USER IF NOT EXISTS $account IDENTIFIED BY $(quote "$MYSQL_PASSWORD");"$'\n'
        if [[ -n ${MYSQL_DATABASE:-} ]]; then
            pattern=${MYSQL_DATABASE//_/\\_}
            sql+="GRANT ALL ON \`${pattern//\`/\`\`}\`.* TO $account;"$'\n'
        fi
    fi
fi

# A socket's path may have 107 bytes; a relative one is looked up in the data folder.
socket=$run/mysqld.sock
if ((${#socket} > 107)); then socket=mysqld.sock; fi
# The user's own files come last, so they win.
cat >"$run/my.cnf" <<END
!include $config
[mysqld]
datadir=$data
socket=$socket
pid-file=$run/mysqld.pid
bind-address=$ip
port=3306
END
if [[ -d $conf_d ]]; then echo "!includedir $conf_d" >>"$run/my.cnf"; fi
if [[ $(id -u) == 0 ]]; then set -- --user=root "$@"; fi
if [[ -n $sql ]]; then
    # It greets once its init file has run, not before.
    (
        until { exec 3<>"/dev/tcp/$ip/3306"; } && IFS= read -r -t 2 -N 1 -u 3 _; do sleep 0.1; done
        rm -f "$first"
    ) </dev/null >/dev/null 2>&1 &
    # Passwords reach the server by a descriptor: neither arguments nor a file hold them.
    exec "$server" --defaults-file="$run/my.cnf" --init-file=/dev/fd/9 "$@" 9<<<"$sql"
fi
exec "$server" --defaults-file="$run/my.cnf" "$@"
