#!/bin/sh
# deps.sh PACKAGE...: installs what is missing of it on Debian 12, as root or through sudo.
# Asks nothing of apt when all is there. No service is started meanwhile.
set -eu
missing=$(for package; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || echo "$package"
done)
if [ -z "$missing" ]; then
	echo "deps: all $# packages are installed"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "deps: run it as root; missing:" $missing >&2
		exit 1
	}
	exec sudo "$0" "$@"
fi

# invoke-rc.d and deb-systemd-invoke ask this file whether they may start a service.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f $policy' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
# shellcheck disable=SC2086 # one word a package
apt-get -q -y install --no-install-recommends $missing
