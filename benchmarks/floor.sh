#!/usr/bin/env bash
# The floor of benchmarks/round_trip.py: the tutorial's circle by hand, with the same servers.
# Arguments: FOLDER PREPARED CONFIG PROGRAMS WEED IP
set -o errexit -o nounset -o pipefail
folder=$1 prepared=$2 config=$3 programs=$4 weed=$5 ip=$6
export AWS_ACCESS_KEY_ID=floor AWS_SECRET_ACCESS_KEY=floorfloor
s3=http://$ip:8333/bucket
export MYSQL_PWD=secret
PATH=$programs:$PATH
trap 'kill -9 $(jobs -p) 2>/dev/null' EXIT

mkdir -p "$folder/run" "$folder/s3"
(
    cp --recursive --sparse=auto "$prepared/." "$folder/data"
    cat >"$folder/my.cnf" <<END
!include $config
[mysqld]
datadir=$folder/data
socket=$folder/run/s
pid-file=$folder/run/p
bind-address=$ip
port=3306
END
    user=(); if [ "$(id -u)" = 0 ]; then user=(--user=root); fi
    exec mysqld --defaults-file="$folder/my.cnf" "${user[@]}" --init-file=/dev/fd/9 \
        9<<<"CREATE USER 'root'@'%' IDENTIFIED BY 'secret';"$'\n'"GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"$'\n' \
        >"$folder/mysqld.log" 2>&1
) &
"$weed" mini -dir="$folder/s3" -ip="$ip" -ip.bind="$ip" -master.telemetry=false -s3.port.iceberg=0 \
    -s3.port.lance=0 -webdav=false -admin.ui=false >"$folder/weed.log" 2>&1 &

put=(curl --silent --fail --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY")
until mysql -u root -h "$ip" -e 'SELECT 1' >/dev/null 2>&1; do sleep 0.05; done
until "${put[@]}" -X PUT "$s3" >/dev/null; do sleep 0.05; done

mysql -u root -h "$ip" <"$(dirname "$0")/../fixtures/datasets/mysql/accounts.sql"
mysqldump -u root -h "$ip" --single-transaction --routines --events --all-databases 2>/dev/null |
    gzip >"$folder/dump.sql.gz"
"${put[@]}" -T "$folder/dump.sql.gz" "$s3/dump.sql.gz" >/dev/null
mysql -u root -h "$ip" -e 'DROP DATABASE myImportantData'
"${put[@]}" "$s3/dump.sql.gz" | gunzip | mysql -u root -h "$ip"
[ "$(mysql -u root -h "$ip" -N -e 'SELECT * FROM myImportantData.Accounts' | wc -l)" = 9 ]
"${put[@]}" -X DELETE "$s3/dump.sql.gz" >/dev/null
