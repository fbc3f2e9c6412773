#!/bin/bash
# plan shows diffs and effects, changes nothing, and saves what apply can carry out.
. "$(dirname "$0")/lib.sh"

policy=$PROJECT/tests/hosts/giant-gaps.yaml
copy_host giant
snapshot root >before

run plan --root root --policy "$policy"
status "plan" 0
sane "plan is plain text"
expected giant
sed -n '/^--- a/,/^Effects/p' out | sed '/^#/d; /^Effects/d' >diffs
if command -v patch >/dev/null; then
	cp -R root patched
	ok "patch takes the diffs" patch -s -d patched -p1 -i ../diffs
	run audit --root patched --policy "$policy"
	status "and then all controls hold" 0
	run plan --root patched --policy "$policy"
	says "and there is nothing to change" "Nothing to change."
fi
run plan --root root --policy "$policy" kernel-log
ok "one control alone" test "$(grep -c '^--- a/' out)" -eq 1
says "is that control" "--- a/etc/syslog.conf"
run plan --root root --policy "$policy" --color always
ok "--color always colours" grep -q $'^\033\\[32m+' out

run plan --root root --policy "$policy" -o saved
status "a plan is saved" 0
is "its mode" "$(stat -c %a saved)" 600
ok "it is JSON" "$PYTHON" -m json.tool saved
ok "it holds the new bytes" grep -qF -- '-:ALL EXCEPT root:LOCAL\n' saved
run plan --root root --policy "$policy" -o saved
status "a saved plan may be replaced" 0
echo precious >mine
run plan --root root --policy "$policy" -o mine
status "nothing else may" 3
is "it stays" "$(cat mine)" precious
run plan --root root --policy "$policy" -o nowhere/plan
status "a folder that is not there" 3
is "nothing is left behind" "$(echo saved* mine*)" "saved mine"
snapshot root >now
same "the root is as it was" now before
rm -rf root/var
snapshot root >before
run plan --root root --policy "$policy"
snapshot root >now
same "no journal is made" now before

# What has no safe remedy is said.
echo 'Bogus yes' >>root/etc/ssh/sshd_config
run plan --root root --policy "$policy" ssh-keys-only
status "invalid" 0
is "an invalid configuration has no remedy, and the gap that is left is told" "$(cat out)" \
	"Not remedied (paths are those in $T/root):
  ssh-keys-only: invalid, so there is no remedy: sshd would not start: bad configuration option: Bogus
Nothing to change, but 1 gap is left, see above."

# Passwords in a changed file and bytes that drive a terminal are not shown.
printf 'log_type = \033[31m\n' >>root/etc/xinetd.d/rsh
run plan --root root --policy "$policy"
sane "control bytes near a change are escaped"

# A setting that holds already stands in nobody's way; all that do are named.
mkdir -p blocked/etc/ssh
printf 'Ciphers aes256-ctr\nCompression yes\nX11Forwarding yes\n' \
	>blocked/etc/ssh/sshd_config
cat >blocked.yaml <<'END'
holdfast: 1
assume: { openssh: 9.2p1 }
controls:
  - id: weak
    sshd:
      settings:
        Ciphers: { none-of: [3des-cbc] }
        Compression: { none-of: [yes] }
        X11Forwarding: { none-of: [yes] }
END
mkdir -p blocked/usr/sbin && cp /bin/true blocked/usr/sbin/sshd
run plan --root blocked --policy blocked.yaml
is "what blocks a remedy is named" "$(grep '^  weak' out)" \
	"  weak: Compression is yes, and the policy names no value to write instead; X11Forwarding is yes, and the policy names no value to write instead"

# What one remedy changes, the next control sees: each is judged on a host of its own, with
# nothing kept of the one before. A plan goes by the policy's order.
mkdir -p chain/etc/xinetd.d chain/etc/other.d chain/usr/sbin
cp /bin/true chain/usr/sbin/xinetd
cp chain/usr/sbin/xinetd chain/usr/sbin/in.rshd
printf 'shell\t\t514/tcp\n' >chain/etc/services
echo 'includedir /etc/xinetd.d' >chain/etc/xinetd.conf
for folder in xinetd.d other.d; do
	cat >chain/etc/$folder/rsh <<'END'
service shell
{
	socket_type = stream
	protocol = tcp
	wait = no
	user = root
	server = /usr/sbin/in.rshd
	disable = no
}
END
done
conf='  - { id: conf, augeas: { lens: Xinetd, file: /etc/xinetd.conf, settings: { includedir: /etc/other.d } } }'
only='  - { id: only, xinetd: { only: [] } }'
printf 'holdfast: 1\ncontrols:\n%s\n%s\n' "$conf" "$only" >chain.yaml
run plan --root chain --policy chain.yaml
says "the file that is read by then" "+++ b/etc/other.d/rsh"
silent "and not the one before" "etc/xinetd.d/rsh"
printf 'holdfast: 1\ncontrols:\n%s\n%s\n' "$only" "$conf" >chain.yaml
run plan --root chain --policy chain.yaml
says "the file that is read first" "+++ b/etc/xinetd.d/rsh"
says "what would undo it" "conf: the remedy would turn only from pass to fail"

# The profile asks for protocol 2 where OpenSSH 3.6 would also speak 1.
cp -R "$PROJECT/tests/hosts/giant" both
sed -i '/^Protocol/d' both/etc/ssh/sshd_config
run plan --root both --policy "$PROJECT/tests/hosts/giant-gaps.yaml" ssh-keys-only
says "protocol 1 is a gap with a remedy" "+Protocol 2"
says "and its effect" "sshd: Protocol 2,1 -> 2"
finish
