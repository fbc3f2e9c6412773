#!/bin/bash
# Newer packages, as apt-get, dnf, yum and up2date list them, and as apt is asked of this host.
# no remedy: what is newer may break what runs, and a package manager installs it, not holdfast
# reads no file: the evidence is the policy's, not the root's; a list of apt's is one of many
# never invalid: no daemon reads it
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# recorded SECTION <TEXT: the evidence, and a policy for it
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: 2004-02-10, max-days: 36500, sha256: %s }\n' \
			"$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		printf '    updates: %s\n' "$1"
	} >"$T/policy.yaml"
}

form "apt, nothing newer"
recorded '{}' <<'END'
Reading package lists...
Building dependency tree...
Reading state information...
Calculating upgrade...
0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
END
judged pass "updates: none is outstanding"
form_run apply --yes
status "$FORM: nothing to apply" 0

form "apt, newer ones"
apt="Reading package lists...
Calculating upgrade...
The following package was automatically installed and is no longer required:
  libold1
The following NEW packages will be installed:
  linux-image-6.1.0-40-amd64
The following packages have been kept back:
  nginx
  nginx-common
The following packages will be upgraded:
  linux-image-amd64 zip
2 upgraded, 1 newly installed, 0 to remove and 2 not upgraded.
Inst linux-image-6.1.0-40-amd64 (6.1.153-1 Debian:12.12/oldstable [amd64])
Inst linux-image-amd64 [6.1.140-1] (6.1.153-1 Debian:12.12/oldstable [amd64])
Inst zip [3.0-13] (3.0-13+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf linux-image-amd64 (6.1.153-1 Debian:12.12/oldstable [amd64])"
recorded '{}' <<<"$apt"
judged fail "newer packages: 4: nginx, nginx-common, linux-image-amd64 6.1.140-1 -> 6.1.153-1, zip 3.0-13 -> 3.0-13+deb12u1 -> none"
says "$FORM: why" "2 kept back: held, deferred, or for what the newer one needs"
says "$FORM: its line" "evidence.txt:15 | Inst zip [3.0-13] (3.0-13+deb12u1"
silent "$FORM: a new one comes with another" "linux-image-6.1.0-40-amd64 "
recorded "{ except: ['linux-image-*', 'nginx*', zip] }" <<<"$apt"
judged pass "packages that may wait: 4: nginx, nginx-common, linux-image-amd64"

form "apt, many"
{
	echo 'The following packages have been kept back:'
	seq -f '  p%g' 9000
	echo '0 upgraded, 0 newly installed, 0 to remove and 9000 not upgraded.'
} >"$T/many"
recorded '{}' <"$T/many"
judged fail "newer packages: 9000: p1, p2, p3, p4, p5, ..."
says "$FORM: few lines" "and 990 more lines"
form_run audit --format json
is "$FORM: all in JSON" "$(grep -o '"line":' out | wc -l)" 1000
# no time that grows with the square of them
within=$({ time -p "$HOLDFAST" audit --root "$ROOT" --policy "$T/policy.yaml" >/dev/null; } 2>&1 | sed -n 's/^user \([0-9]*\).*/\1/p')
is "$FORM: quickly" "$((within < 2))" 1

form "apt, not all of it"
recorded '{}' < <(grep -v '^Inst zip' <<<"$apt")
judged unknown "lists another number of packages than it counts"
recorded '{}' < <(grep -v ' nginx$' <<<"$apt")
judged unknown "lists another number of packages than it counts"
recorded '{}' < <(grep -v 'newly installed' <<<"$apt")
judged unknown "it is no whole output"
recorded '{}' < <(sed 's/\[3.0-13\]/[3.0-13/' <<<"$apt")
judged unknown "begins with Inst is not understood"

form "apt fails"
recorded '{}' <<<'E: The package cache file is corrupted'
judged unknown "E: The package cache file is corrupted"

# hint PROGRAM: runs the command with it that an audit names for evidence
hint()
{
	local command
	form_run audit
	command=$(grep -oE "\(LC_ALL=C $1 [^)]*\) >FILE 2>&1" out | head -n 1)
	PATH=$T/bin:$PATH "$BASH" -c "${command/FILE/made.txt}"
}

form "the commands that an audit names"
mkdir bin
printf '#!/bin/sh\n[ "$1" = check-update ] || exit 1\n%s\n' \
	'echo Updating and loading repositories: >&2; echo Repositories loaded. >&2' >bin/dnf
printf '%s\n' '#!/bin/sh' 'echo Loaded plugins: fastestmirror' 'echo zip.x86_64  3.0-13.el7  updates' 'exit 100' >bin/yum
chmod 755 bin/*
policy '' <<<'updates: {}'
hint dnf
recorded '{}' <made.txt
judged pass "updates: none is outstanding"
policy '' <<<'updates: {}'
hint yum
recorded '{}' <made.txt
judged fail "newer packages: 1: zip"
rm made.txt

form "dnf, nothing newer"
heading='Last metadata expiration check: 0:12:34 ago on Mon 09 Feb 2004 10:00:00 AM CET.'
recorded '{}' <<<"$heading"
judged unknown "whether the list is whole can't be told"
recorded '{}' <<<"$heading"$'\nexit status 0'
judged pass "updates: none is outstanding"
recorded '{}' <<<"$heading"$'\nexit status 100'
judged unknown "the exit status is not that of such a list"
for word in Packages packages; do
	recorded '{}' <<<"$heading"$'\nObsoleting '"$word"$'\nnew.x86_64  2-1.el9  updates\n    old.x86_64  1-1.el9  @System\nexit status 100'
	judged unknown "packages that replace installed ones are outstanding"
done
recorded '{}' <<<$'Updating and loading repositories:\nRepositories loaded.\nexit status 0'
judged pass "none is outstanding"
recorded '{}' <<<$'Updating and loading repositories:\nRepositories loaded.\nzip.x86_64  3.0-13.el7  updates\nexit status 100'
judged fail "1: zip"
recorded '{}' <<<"$heading"$'\nError: Failed to download metadata for repo\nexit status 1'
judged unknown "Error: Failed to download metadata for repo"
recorded '{}' <<<$'Loaded plugins: fastestmirror\nzip.weird64  3.0-13.el7  updates\nexit status 100'
judged unknown "has an architecture that is not known"
recorded '{ except: [zip] }' <<<$'Loaded plugins: fastestmirror\nzip.x86_64  3.0-13.el7  updates'
judged unknown "whether the list is whole can't be told"
recorded '{ except: [zip] }' <<<$'Loaded plugins: fastestmirror\nzip.x86_64  3.0-13.el7  updates\nexit status 100'
judged pass "packages that may wait: 1: zip ? -> 3.0-13.el7"

form "lists that are old, or not whole"
for age in '200 days, 3:00:00' '8 days, 0:00:01'; do
	recorded '{}' <<<"Last metadata expiration check: $age ago on Fri 25 Jul 2003."$'\nexit status 0'
	judged unknown "lists of packages: ${age%%,*} old -> at most 7 days old"
done
recorded '{ max-days: 200 }' <<<$'Last metadata expiration check: 200 days, 3:00:00 ago on x.\nexit status 0'
judged pass
recorded '{}' <<<$'Last metadata expiration check performed 1 day, 3:00:00 ago on x.\nexit status 0'
judged pass
recorded '{}' <<<$'Last metadata expiration check: vor drei Tagen\nexit status 0'
judged unknown "how old dnf's lists are can't be told"
while read -r line; do
	recorded '{}' <<<"$line
0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded."
	judged unknown "a line says that a list was not fetched"
	recorded '{}' <<<"$heading"$'\n'"$line"$'\nexit status 0'
	judged unknown "a line says that a list was not fetched"
done <<'END'
W: Failed to fetch http://deb.example.net/debian/dists/sid/InRelease  Temporary failure resolving
W: Some index files failed to download. They have been ignored, or old ones used instead.
Err:1 http://deb.example.net/debian sid InRelease
Err http://deb.example.net sid Release.gpg
http://rpm.example.net/repodata/repomd.xml: [Errno 14] curl#6 - "Could not resolve host: rpm.example.net"
  - Curl error (6): Could not resolve hostname for http://rpm.example.net/repodata/repomd.xml
Ignoring repositories: epel
END
recorded '{}' < <(echo 'Err:1 http://deb.example.net sid InRelease' && echo "$apt")
judged fail "newer packages: 4"

form "dnf, newer ones"
recorded '{}' <<'END'
Last metadata expiration check: 0:12:34 ago on Mon 09 Feb 2004 10:00:00 AM CET.

openssh-server.x86_64          8.7p1-38.el9_4.4               baseos
python3.11-libs.x86_64         3.11.9-7.el9_5.1               appstream
Obsoleting Packages
foo.x86_64                     2-1.el9                        appstream
    bar.x86_64                 1-1.el9                        @appstream
END
judged fail "evidence.txt:3: newer packages: 2: openssh-server ? -> 8.7p1-38.el9_4.4, python3.11-libs"
silent "$FORM: what only takes another's place" "foo"

form "yum breaks a line"
recorded '{}' <<'END'
Loaded plugins: fastestmirror
device-mapper-persistent-data-with-a-long-name.x86_64
                               0.8.5-3.el7_9.2                updates
END
judged fail "newer packages: 1: device-mapper-persistent-data-with-a-long-name ? -> 0.8.5-3.el7_9.2"

form "up2date"
recorded '{}' <<'END'

Fetching Obsoletes list for channel: rhel-i386-es-3...

Name                                    Version        Rel
----------------------------------------------------------
openssh-server                          3.6.1p2        33.30.3           i386

All packages are currently up to date
END
judged fail "evidence.txt:6: newer packages: 1: openssh-server ? -> 3.6.1p2"
recorded '{}' <<<'All packages are currently up to date'
judged pass

form "nothing at all"
recorded '{}' </dev/null
judged unknown "it is no whole output"

form "no evidence"
policy '' <<<'updates: {}'
judged unknown "needs the running host, or evidence"

# What apt says of this host, asked by us; it changes nothing.
[ -x /usr/bin/apt-get ] && compgen -G '/var/lib/apt/lists/*InRelease' >/dev/null || finish
# traces: what asking could leave
traces()
{
	find /var/lib/apt /var/lib/dpkg /var/cache/apt /var/log/apt /dev/shm -printf '%p %T@ %C@ %s %m %U\n' 2>/dev/null | sort
}
days=3650
printf 'holdfast: 1\ncontrols:\n  - id: it\n    updates: { max-days: %s }\n' "$days" >"$T/policy.yaml"
traces >"$T/before"
run audit --policy "$T/policy.yaml" --format json -v
traces >"$T/after"
same "asked: leaves no trace" "$T/after" "$T/before"
"$PYTHON" -c '
import json
import re
for finding in json.load(open("out"))["controls"][0]["findings"]:
    for evidence in finding["evidence"]:
        if match := re.match(r"Inst (\S+) \[([^]]*)\]", evidence.get("text") or ""):
            print(*match.groups())' | sort >"$T/have"
apt-get -s -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log::Planner= dist-upgrade 2>/dev/null |
	sed -n 's/^Inst \([^ ]*\) \[\([^]]*\)\].*/\1 \2/p' | sort >"$T/want"
same "asked: what apt-get says" "$T/have" "$T/want"

# The same with lists that are old, and with one that is no longer valid.
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
	printf 'holdfast: 1\ncontrols:\n  - id: it\n    updates: { max-days: 5 }\n' >"$T/policy.yaml"
	cp -a /var/lib/apt "$T/apt"
	find "$T/apt" -type f -exec touch -d '10 days ago' {} +
	# shellcheck disable=SC2016 # the inner shell's
	with_lists='mount --bind "$0/apt" /var/lib/apt && exec "$1" audit -v --policy "$0/policy.yaml"'
	unshare -m sh -c "$with_lists" "$T" "$HOLDFAST" >"$T/out" 2>"$T/err"
	says "asked: lists that are old" "lists of packages: one is"
	silent "asked: then nothing passes" "none is outstanding"
	find "$T/apt" -name '*InRelease' -exec touch {} + \
		-exec sed -i 's/^Valid-Until:.*//; s/^Date:/Valid-Until: Sat, 07 Jun 2025 08:10:42 UTC\n&/' {} +
	unshare -m sh -c "$with_lists" "$T" "$HOLDFAST" >"$T/out" 2>"$T/err"
	says "asked: a list that is no longer valid" "lists of packages: one is no longer valid -> at most 5 days old"
	# a source that was never fetched
	printf 'holdfast: 1\ncontrols:\n  - id: it\n    updates: { max-days: 3650 }\n' >"$T/policy.yaml"
	mkdir -p "$T/parts"
	cp -a /etc/apt/sources.list.d/. "$T/parts"
	echo 'deb http://never.example/debian sid main' >"$T/parts/never.list"
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$0/parts" /etc/apt/sources.list.d && exec "$1" audit -v --policy "$0/policy.yaml"' \
		"$T" "$HOLDFAST" >"$T/out" 2>"$T/err"
	says "asked: a source that was never fetched" "http://never.example/debian sid was never fetched"
	silent "asked: then nothing passes either" "none is outstanding"
	# sources that apt.conf has elsewhere
	cp -a /etc/apt/apt.conf.d "$T/conf"
	echo 'Dir::Etc::sourceparts "/srv/parts";' >"$T/conf/zz"
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m sh -c 'mount --bind "$0/conf" /etc/apt/apt.conf.d && exec "$1" audit -v --policy "$0/policy.yaml"' \
		"$T" "$HOLDFAST" >"$T/out" 2>"$T/err"
	says "asked: sources elsewhere" "apt.conf(5) has apt read elsewhere, which is not followed: parts='/srv/parts/'"
	silent "asked: then nothing passes" "none is outstanding"
fi

printf 'holdfast: 1\ncontrols:\n  - id: other\n    accounts: { refuse: [other-root] }\n' >"$T/policy.yaml"
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -qq -o trace -e trace=execve "$HOLDFAST" audit --policy "$T/policy.yaml" >out 2>err
	is "a policy without the kind runs no program" "$(grep -c execve trace)" 1
fi
finish
