#!/bin/bash
# Packages in their forms: dpkg's database, and what a person recorded of dpkg and rpm.
# no remedy: a package manager installs and removes, and asks what else goes with it
# never invalid: no daemon reads the database
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo packages: && sed 's/^/  /'; } >"$T/section"
	policy '' <"$T/section"
}

# recorded <TEXT: the same control, judged by evidence
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: 2004-02-10, max-days: 36500, sha256: %s }\n' \
			"$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		sed 's/^/    /' "$T/section"
	} >"$T/policy.yaml"
}

form "dpkg's database"
put var/lib/dpkg/status <<'END'
Package: openssh-server
Status: install ok installed
Version: 1:9.2p1-2+deb12u3
Description: a
 Version: 0

Package: gone
Status: deinstall ok config-files
Version: 2

Package: qmail
Status: hold ok triggers-awaited
Version: 1.06-6
END
asked <<'END'
absent: [gone, 'rsh-*']
present: [openssh-server, qmail]
minimum:
  - { name: openssh-server, version: '1:9.2p1-2+deb12u3' }
  - { name: qmail, version: 1.03 }
  - { name: gone, version: 3 }
END
judged pass "/var/lib/dpkg/status:1: package openssh-server: 1:9.2p1-2+deb12u3"
says "$FORM: what is not there is not too old" "pass /var/lib/dpkg/status: package gone: not installed"
form_run apply --yes
status "$FORM: nothing to apply" 0

form "gaps"
put var/lib/dpkg/status <<'END'
Package: rsh-server
Status: install ok installed
Version: 1.0

Package: rsh-client
Status: install ok unpacked
Version: 1.0

Package: openssh-server
Status: install ok half-configured
Version: 1:9.2p1-2+deb12u2
END
judged fail "/var/lib/dpkg/status:1: package rsh-server: installed: 1.0 -> not installed"
says "$FORM: in part" "/var/lib/dpkg/status:5: package rsh-client: installed in part: 1.0 -> not installed"
says "$FORM: not configured" "package openssh-server: installed in part: 1:9.2p1-2+deb12u2 -> installed"
says "$FORM: too old" "package openssh-server: 1:9.2p1-2+deb12u2 -> 1:9.2p1-2+deb12u3 or newer"
says "$FORM: missing" "package qmail: not installed -> installed"
refused
unreadable var/lib/dpkg/status

form "no database"
judged unknown "there is no database of packages"
silent "$FORM: which is no evidence" "var/lib"
form "rpm's"
: | put var/lib/rpm/Packages
judged unknown "record \`rpm -qa\` as evidence"
form "an empty one"
: | put var/lib/dpkg/status
judged unknown "names no package at all"

form "recorded: rpm -qa"
asked <<'END'
absent: [sendmail]
present: [openssh-server]
minimum: { name: openssh-server, version: 3.6.1p2-10 }
END
recorded <<'END'
openssh-server-3.6.1p2-12
compat-libstdc++-7.3-2.96.122.i386
END
judged pass "evidence.txt:1: package openssh-server: 3.6.1p2-12"
recorded <<'END'
openssh-server-3.6.1p2-9
sendmail-8.12.10-1
END
judged fail "evidence.txt:2: package sendmail: installed: 8.12.10-1 -> not installed"
says "$FORM: too old" "package openssh-server: 3.6.1p2-9 -> 3.6.1p2-10 or newer"
printf 'openssh-server-3.6.1p2-12\nsendmail is not installed\n' | recorded
judged unknown "evidence.txt:2: a line of the list"

form "recorded: dpkg -l"
recorded <<'END'
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name                Version      Architecture Description
+++-===================-============-============-=================================
ii  openssh-server      1:9.2p1-2    amd64        secure shell
ii  openssh-sftp-server 1:9.2p1-2    amd64        secure shell
rc  sendmail            8.17         all          mailer
END
judged pass "package openssh-server: 1:9.2p1-2"
printf 'ii  openssh-server:amd64 3.6.1p2-11 amd64 x\r\nii  sendmail 8.1 all x\r\n' | recorded
judged fail "evidence.txt:2: package sendmail: installed: 8.1"
recorded <<'END'
||/ Name           Version        Description
+++-==============-==============-============================================
ii  bash           2.05b-26       The GNU Bourne Again SHell
ii  openssh-server 3.6.1p2-11     Secure shell server, an rshd replacement
END
judged unknown "names and versions in it may be cut: record \`COLUMNS=1000 dpkg -l\` instead"
recorded <<'END'
||/ Name              Version           Description
+++-=================-=================-======================================
ii  bash              2.05b-26          The GNU Bourne Again SHell
ii  openssh-server    3.6.1p2-11        Secure shell server, an rshd replacement
END
judged pass "package openssh-server: 3.6.1p2-11"
# with a column of architectures the widths differ, here of 80 and 120 columns; the first dpkg had 15 and 14
recorded <<'END'
+++-==============-============-============-=================================
ii  openssh        1:9.2p1-2    amd64        secure shell
ii  sendmail-doc-h 8.17         all          mailer
END
judged unknown "names and versions in it may be cut"
recorded <<'END'
+++-========================-=================-=================-=====================================================
ii  openssh-server           1:9.2p1-2+deb12u3 amd64             secure shell
END
judged unknown "names and versions in it may be cut"
recorded <<'END'
+++-===============-==============-============================================
ii  openssh-server  1:9.2p1-2+deb1 secure shell
END
judged unknown "names and versions in it may be cut"
recorded <<'END'
+++-==============-============-============-=================================
ii  openssh-server 1:9.2p1-2    amd64        secure shell
END
judged unknown "names and versions in it may be cut"
# A package that was removed stands there too, and its state does not.
printf 'openssh-server:amd64\t1:9.2p1-2\nsendmail\t\n' | recorded
judged unknown "dpkg-query -W does not tell which are installed: record \`dpkg -l\` instead"

# What rpm says of a running host, which this one becomes for a moment: a database of rpm's
# own, and none of dpkg's.
if [ "$(id -u)" -eq 0 ] && [ -x /usr/bin/rpm ] && unshare -m true 2>/dev/null; then
	form "asked of rpm"
	export HOME=$T # Debian's rpm keeps its database there
	mkdir -p rpm/db dpkg
	sed 's|^%_dbpath.*|%_dbpath /var/lib/rpm|' /usr/lib/rpm/macros >rpm/macros
	cat >rpm/it.spec <<'END'
Name: sendmail
Version: 8.12.10
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
%files
END
	rpmbuild --quiet -bb --define "_rpmdir $T/rpm" --define "_topdir $T/rpm" rpm/it.spec >rpm/log 2>&1
	rpm --dbpath "$T/rpm/db" --initdb 2>>rpm/log
	rpm --dbpath "$T/rpm/db" --justdb --nodeps -i rpm/noarch/*.rpm 2>>rpm/log
	asked <<'END'
absent: [sendmail]
minimum: { name: sendmail, version: 8.12.10-1 }
END
	# shellcheck disable=SC2016 # the inner shell's
	as_rpm='mount --bind "$0/dpkg" /var/lib/dpkg && mount --bind "$0/rpm/macros" /usr/lib/rpm/macros && mount --bind "$0/rpm/$3" /var/lib/rpm && exec "$1" audit -v --policy "$0/$2"'
	find rpm/db -type f -exec sha256sum {} + >before
	unshare -m sh -c "$as_rpm" "$T" "$HOLDFAST" policy.yaml db >out 2>err
	says "$FORM: is there" "package sendmail: installed: 8.12.10-1.noarch -> not installed"
	says "$FORM: is new enough" "package sendmail: 8.12.10-1.noarch"
	find rpm/db -type f -exec sha256sum {} + >after
	same "$FORM: leaves its files" after before
	rpm --dbpath "$T/rpm/db" -e --justdb sendmail 2>>rpm/log
	unshare -m sh -c "$as_rpm" "$T" "$HOLDFAST" policy.yaml db >out 2>err
	says "$FORM: an empty database" "names no package at all"
	mkdir rpm/broken && echo nothing >rpm/broken/rpmdb.sqlite
	unshare -m sh -c "$as_rpm" "$T" "$HOLDFAST" policy.yaml broken >out 2>err
	says "$FORM: a database that can't be read" "rpm -qa: it fails"
else
	echo "# SKIP asked of rpm: needs root, rpm and a mount namespace"
fi

asked <<<'{}'
run policy check "$T/policy.yaml"
says "mistakes: asks for nothing" "policy.yaml:6:5: packages: none of 'absent', 'present' and 'minimum'" err
asked <<'END'
absent: ['rsh-*', '[[:alpha:]]?', 'a,b', 'ssh:amd64']
present: ['open*', libstdc++6, -x]
minimum:
  - { name: 'openssh*', version: 99 }
  - { name: ssh:amd64, version: ' ' }
  - { name: ssh, version: '1:2~rc1+b^c_d-1' }
  - { name: ssh, version: '*' }
END
run policy check "$T/policy.yaml"
status "mistakes: refused" 3
says "mistakes: a pattern is present" "packages.present: 'open*' is a pattern, which 'absent' alone takes" err
says "mistakes: a pattern has a version" "packages.minimum.name: 'openssh*' is a pattern" err
says "mistakes: an architecture" "packages.minimum.name: no package can be called 'ssh:amd64'" err
says "mistakes: the same, absent" "packages.absent: no package can be called 'ssh:amd64'" err
says "mistakes: several in one" "packages.absent: no package can be called 'a,b'" err
says "mistakes: an option" "packages.present: no package can be called '-x'" err
says "mistakes: a blank version" "packages.minimum.version: ' ' is no version" err
says "mistakes: a pattern of a version" "packages.minimum.version: '*' is no version" err
is "mistakes: and no more" "$(grep -c 'packages\.' err)" 8
finish
