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
# `server` would take up to 19 s to elect itself after a kill -9; `mini` does not.  Telemetry to
# the vendor is on by default, as are an administration page and further protocols.  Ports are
# named because it would quietly take others where one is taken (by a program that listens on
# every address of this machine); named ones make it say so and end.
exec "$weed" mini -dir="$data" -ip="$ip" -ip.bind="$ip" -master.telemetry=false \
    -webdav=false -admin.ui=false -s3.port.iceberg=0 -s3.port.lance=0 \
    -s3.port=8333 -master.port=9333 -filer.port=8888 -volume.port=9340 -admin.port=23646 "$@"
