#!/bin/bash
# Instructions that one account call costs above pam_permit's, on a fresh handle each time,
# with the login of a display manager (no terminal is needed). Budget: 20,000, and twice that
# with 10,000 names listed in a file as apply writes it.
set -u
export LC_ALL=C
[ "$(id -u)" -eq 0 ] || { echo "SKIP: needs root"; exit 77; }
command -v valgrind >/dev/null || { echo "SKIP: needs valgrind"; exit 77; }
module=${HOLDFAST%/*}/pam_holdfast.so ask=$HELPERS/cli/module_ask
modules=("$module")
for name in pam_permit.so pam_access.so; do
	for file in /lib/*/security/$name /lib64/security/$name /lib/security/$name; do
		[ -e "$file" ] && modules+=("$file") && break
	done
done
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
PROJECT=$(cd "$(dirname "$0")/../.." && pwd)
mkdir "$T/permit" "$T/few" "$T/many" "$T/hand" "$T/access"
echo "account required pam_permit.so" >"$T/permit/gdm-password"
for which in few many hand; do
	{
		cat "$T/permit/gdm-password"
		echo "account required $module conf=$T/$which.conf"
	} >"$T/$which/gdm-password"
done
printf '%s\n' root daemon | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" >"$T/few.conf"
{
	printf '%s\n' root daemon
	seq -f 'user%g' 10000
} | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" >"$T/many.conf"
tail -n +2 "$T/many.conf" >"$T/hand.conf"
echo "-:ALL EXCEPT root daemon:LOCAL" >"$T/access.conf"
{
	cat "$T/permit/gdm-password"
	echo "account required pam_access.so nodefgroup accessfile=$T/access.conf"
} >"$T/access/gdm-password"

# instructions DIR ROUNDS
instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$ask" "$T/$1" gdm-password \
		daemon "" "" none "$2" "${modules[@]}" 2>&1 | sed -n 's/.*Collected : //p'
}

# Loading the modules is left out: a program that asks often has them.
per_call()
{
	echo $((($(instructions "$1" 21) - $(instructions "$1" 1)) / 20))
}
for which in few many hand; do
	[ "$("$ask" "$T/$which" gdm-password daemon "" "" none)" = 0 ] &&
		[ "$("$ask" "$T/$which" gdm-password bin "" "" none)" = 6 ] ||
		{ echo "$which.conf is not what it should be"; exit 1; }
done
status=0
permit=$(per_call permit)
# row NAME DIR [BUDGET]
row()
{
	local cost=$(($(per_call "$2") - permit)) verdict=
	if [ -n "${3:-}" ]; then
		verdict="budget $3: holds"
		[ "$cost" -le "$3" ] || verdict="budget $3: EXCEEDED" status=1
	fi
	printf '%-40s%10d  %s\n' "$1" "$cost" "$verdict"
}
echo "one account call, instructions above pam_permit ($permit):"
row "pam_holdfast, 2 listed" few 20000
row "pam_holdfast, 10,002 listed" many 40000
row "the same without a sum, as by hand" hand
row "pam_access, one rule" access
exit $status
