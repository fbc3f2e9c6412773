#!/bin/bash
# Instructions that one account call costs above pam_permit's, on a fresh handle each time,
# with the login of a display manager (no terminal is needed). Budget: 20,000; the
# goal with 10,000 names listed, of which each must be looked at, is twice that.
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
mkdir "$T/permit" "$T/few" "$T/many" "$T/access"
echo "account required pam_permit.so" >"$T/permit/gdm-password"
for which in few many; do
	{
		cat "$T/permit/gdm-password"
		echo "account required $module conf=$T/$which.conf"
	} >"$T/$which/gdm-password"
	printf 'control c\npolicy %064d\nallow root\n' 7 >"$T/$which.conf"
done
seq -f 'allow user%g' 10000 >>"$T/many.conf"
printf 'allow daemon\n' | tee -a "$T/few.conf" >>"$T/many.conf"
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
[ "$("$ask" "$T/many" gdm-password daemon "" "" none)" = 0 ] || { echo "the user is not let in"; exit 1; }
permit=$(per_call permit)
few=$(($(per_call few) - permit)) many=$(($(per_call many) - permit))
access=$(($(per_call access) - permit))
verdict()
{
	[ "$1" -le "$2" ] && echo "$2: holds" || { echo "$2: EXCEEDED"; return 1; }
}
echo "one account call, instructions above pam_permit ($permit):"
printf '%-32s%10d  budget %s\n' "pam_holdfast, 2 listed" "$few" "$(verdict "$few" 20000)"
printf '%-32s%10d  goal %s\n' "pam_holdfast, 10,002 listed" "$many" "$(verdict "$many" 40000)"
printf '%-32s%10d\n' "pam_access, one rule" "$access"
verdict "$few" 20000 >/dev/null
