# Exits 0 once S3 answers and refuses a request without credentials.  Argument: IP.
exec 3<>"/dev/tcp/$1/${S3_PORT:-8333}" || exit 1
printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" >&3
IFS= read -r -t 2 -u 3 line && [[ $line == HTTP/1.?\ 403* ]]
