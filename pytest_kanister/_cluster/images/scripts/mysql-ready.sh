# Exits 0 once the server greets: it accepts connections after its init file has run, not before.
# Argument: IP.
exec 3<>"/dev/tcp/$1/3306" || exit 1
IFS= read -r -t 2 -N 1 -u 3 _
