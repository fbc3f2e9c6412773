#!/bin/bash
# The schema for editors takes what the loader takes and refuses what it refuses.
. "$(dirname "$0")/lib.sh"

"$PYTHON" -c 'import jsonschema, yaml' 2>/dev/null || skip_all "no python3-jsonschema, python3-yaml"

run policy schema
status "status 0" 0
cp out schema.json

# valid FILE: whether FILE is valid by the schema; scalars are typed, as an editor does
cat >valid.py <<'END'
import json, sys, jsonschema, yaml
schema = json.load(open("schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
data = json.loads(json.dumps(yaml.safe_load(open(sys.argv[1])), default=str))
errors = list(jsonschema.Draft7Validator(schema).iter_errors(data))
for error in errors:
    print(list(error.path), error.message[:200])
sys.exit(1 if errors else 0)
END
valid()
{
	"$PYTHON" valid.py "$1"
}
refused()
{
	! valid "$1"
}

for profile in "$PROJECT"/policy/profiles/*.yaml; do
	ok "${profile##*/} is valid" valid "$profile"
done

# agree NAME good|bad: both the loader and the schema say so of standard input
agree()
{
	cat >case.yaml
	if [ "$2" = good ]; then
		ok "$1: valid" valid case.yaml
	else
		ok "$1: refused by the schema" refused case.yaml
	fi
}
loader()
{
	run policy check "$2"
	status "$1: the loader agrees" "$3"
}
both()
{
	agree "$1" "$2"
	loader "$1" case.yaml "$([ "$2" = good ] && echo 0 || echo 3)"
}

both "scalars of any type" good <<'END'
holdfast: 1
title: 2004
controls:
  - id: 7
    title: true
    item: 3
    sshd: { settings: { permitrootlogin: no, X11Forwarding: yes, MaxAuthTries: { min: 1, max: '4' } } }
    waive: { owner: me, reason: 1.5, until: 2027-01-31 }
END
both "an unknown key" bad <<'END'
holdfast: 1
controls:
  - { id: a, xinetd: { only: [imap] }, titel: x }
END
both "an unknown keyword" bad <<'END'
holdfast: 1
controls:
  - { id: a, sshd: { settings: { PermitRotLogin: no } } }
END
both "two kinds" bad <<'END'
holdfast: 1
controls:
  - { id: a, xinetd: { only: [imap] }, sshd: { settings: { UsePAM: yes } } }
END
both "no kind" bad <<'END'
holdfast: 1
controls:
  - { id: a }
END
both "no id" bad <<'END'
holdfast: 1
controls:
  - { xinetd: { only: [imap] } }
END
both "no version" bad <<'END'
controls:
  - { id: a, xinetd: { only: [imap] } }
END
both "a wrong choice" bad <<'END'
holdfast: 1
controls:
  - { id: a, risk: hihg, xinetd: { only: [imap] } }
END
both "a number out of range" bad <<'END'
holdfast: 1
controls:
  - { id: a, syslog: { forward: { selector: kern.*, to: h, port: 70000 } } }
END
both "text where a list is meant" bad <<'END'
holdfast: 1
controls:
  - { id: a, xinetd: { only: imap } }
END
both "a condition of nothing" bad <<'END'
holdfast: 1
controls:
  - { id: a, sshd: { settings: { UsePAM: {} } } }
END
both "a waiver without an end" bad <<'END'
holdfast: 1
controls:
  - { id: a, xinetd: { only: [imap] }, waive: { owner: me, reason: why } }
END

agree "an overlay" good <<'END'
holdfast: 1
overlay:
  - { id: a, risk: high, sshd: { view: explicit } }
  - { id: b, drop: yes }
END
agree "an overlay's entry without an id" bad <<'END'
holdfast: 1
overlay:
  - { risk: high }
END
finish
