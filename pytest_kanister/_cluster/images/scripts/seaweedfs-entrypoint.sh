# How an image of the family `seaweedfs` starts.  Arguments: WEED DATA IP, then the container's own.
set -euo pipefail
weed=$1 data=$2 ip=$3
shift 3
if [[ ${1:-} == mini || ${1:-} == server ]]; then shift; fi
if [[ -n ${1:-} && ${1:0:1} != - ]]; then exec "$weed" "$@"; fi
if [[ -z ${AWS_ACCESS_KEY_ID:-} || -z ${AWS_SECRET_ACCESS_KEY:-} ]]; then
    echo "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set: without them anybody may write" >&2
    exit 1
fi
mkdir -p "$data"
cd "$data"
# A bucket's first object makes the master lay out seven volumes for growth; one will do.
printf '[master.volume_growth]\ncopy_1 = 1\n' >master.toml

# Every port of this machine that somebody listens on, as /proc writes it: hexadecimal.
listening() {
    local address state rest
    while read -r _ address _ state rest; do
        if [[ $state == 0A ]]; then echo "${address##*:}"; fi
    done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}

# `mini` takes a port only if nobody listens on it, on whatever address, so another cluster's
# server would be in its way: four free ports in a row, and the four that lie 10000 above them.
choose_ports() {
    local taken=" $(listening | tr '\n' ' ')" attempt port
    for attempt in {1..100}; do
        first=$((15000 + RANDOM % 4990))
        for port in $first $((first + 1)) $((first + 2)) $((first + 3)); do
            if [[ $taken == *" $(printf %04X "$port") "* ]]; then continue 2; fi
            if [[ $taken == *" $(printf %04X $((port + 10000))) "* ]]; then continue 2; fi
        done
        return
    done
}

# `server` would take up to 19 s to elect itself after a kill -9; `mini` does not.  Telemetry to
# the vendor is on by default, as are an administration page and further protocols.  Its sockets
# would lie in /tmp and stay there; a socket's path must be short, so they are named from here.  Somebody may take a port between our look and its start:
# then it ends at once, and is started again with others.
trap 'kill -TERM "$server" 2>/dev/null' TERM INT
for attempt in 1 2 3; do
    choose_ports
    SECONDS=0 status=0
    "$weed" mini -dir="$data" -ip="$ip" -ip.bind="$ip" -master.telemetry=false \
        -webdav=false -admin.ui=false -s3.port.iceberg=0 -s3.port.lance=0 \
        -filer.localSocket=filer.sock -s3.localSocket=s3.sock \
        -s3.port=8333 -master.port=$first -filer.port=$((first + 1)) \
        -volume.port=$((first + 2)) -admin.port=$((first + 3)) "$@" &
    server=$!
    wait "$server" || status=$?
    if ((status == 0 || status > 128 || SECONDS > 2)); then break; fi
done
exit "$status"
