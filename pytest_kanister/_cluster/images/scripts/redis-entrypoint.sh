#!/bin/bash
# redis-entrypoint.sh DATA IP [ARGUMENTS]: as the images redis and bitnami/redis start.
set -o errexit -o nounset
data=$1 ip=$2
shift 2
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
    exec "$@"
fi
mkdir -p "$data"
password=${REDIS_PASSWORD:-}
if [ -z "$password" ] && [ -n "${REDIS_PASSWORD_FILE:-}" ]; then
    password=$(cat "$REDIS_PASSWORD_FILE")
fi
# In a file of its own: no password on a command line.
{
    printf 'bind %s\nport 6379\ndir "%s"\nappendonly yes\nprotected-mode no\n' "$ip" "$data"
    if [ -n "$password" ]; then printf 'requirepass "%s"\n' "$password"; fi
} > "$data/.start.conf"
chmod 600 "$data/.start.conf"
exec redis-server "$data/.start.conf" "$@"
