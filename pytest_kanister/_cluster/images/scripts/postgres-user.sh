# Runs a program as a user that is not root, as PostgreSQL asks for.  Arguments: argv.
# In a user namespace of its own the files of whoever runs the cluster are that user's, whether
# that is root or not; its System V shared memory goes with it, however it ends.
if [[ $(id -u) != 0 ]]; then exec "$@"; fi
# PostgreSQL looks its user up: the images' 999 and 1001 have no name here, `daemon` has one.
uid=1
namespace=(unshare --user --ipc)
mapped=("${namespace[@]}" "--map-user=$uid" "--map-group=$uid")
if "${mapped[@]}" true 2>/dev/null; then exec "${mapped[@]}" "$@"; fi
# A root without capabilities may map nobody to itself; what is not mapped is `nobody`, who is as
# good: the kernel goes by who it really is.
if "${namespace[@]}" true 2>/dev/null; then exec "${namespace[@]}" "$@"; fi
# Only real root gets here.  The programs may lie where only root may look.
exec setpriv "--reuid=$uid" "--regid=$uid" --clear-groups \
    --inh-caps=+dac_override --ambient-caps=+dac_override "$@"
