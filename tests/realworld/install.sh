#!/bin/sh
# The servers and tools that these tests start themselves, on Debian; as root.  No service is left
# running.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
fi
apt-get install -y -qq --no-install-recommends --no-upgrade \
    redis-server postgresql openssl socat netcat-openbsd curl wrk
