# shellcheck shell=bash
# What the tests of `holdfast probe` share: `. "$(dirname "$0")/lib-network.sh"` begins them.
#
#	NETWORK		1: the test is in a network namespace of its own, with loopback up
#	talkers SPEC...	starts tests/cli/talkers.py there; what clients said is in $T/said
#	keep PID	ends that process with the test
#	listens PORT	waits until somebody listens there
. "$(dirname "$0")/lib.sh"

if [ "${NETWORK:-}" != 1 ]; then
	map=()
	[ $EUID -eq 0 ] || map=(-r)
	if unshare "${map[@]}" -n -m true 2>/dev/null; then
		cd / && rm -rf "$T"
		NETWORK=1 exec unshare "${map[@]}" -n -m bash "$TEST.sh"
	fi
	NETWORK=0
else
	ip link set lo up
fi
KEPT=()
trap 'kill "${KEPT[@]}" 2>/dev/null; rm -rf "$T"' EXIT

keep()
{
	KEPT+=("$1")
}

talkers()
{
	mkdir "$T/said"
	"$PYTHON" "$PROJECT/tests/cli/talkers.py" "$T/said" "$@" &
	keep $!
	for _ in $(seq 100); do
		[ ! -e "$T/said/ready" ] || break
		sleep 0.1
	done
}

listens()
{
	for _ in $(seq 100); do
		[ -z "$(ss -Hltn "sport = :$1")" ] || break
		sleep 0.1
	done
}
