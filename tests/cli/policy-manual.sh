#!/bin/bash
# holdfast-policy(5) says what the key tables say: every key, its help, its choices.
. "$(dirname "$0")/lib.sh"

MANUAL=$PROJECT/policy/holdfast-policy.5
run policy schema
status "the schema" 0
cp out schema.json
ok "mandoc formats the manual" mandoc -T ascii -O width=1000 "$MANUAL"
mandoc -T ascii -O width=1000 "$MANUAL" | col -bx >manual.txt

cat >compare.py <<'END'
import json, re, sys

schema = json.load(open("schema.json"))
lines = open("manual.txt").read().split("\n")
definitions = schema["definitions"]
kinds = [one["required"][0] for one in definitions["control"]["oneOf"]]
chapters = {"assume": "ASSUMED FACTS", "waive": "WAIVERS", "evidence": "EVIDENCE"}
compared, missing = 0, []

def indent(line):
    return len(line) - len(line.lstrip())

def chapter(name):
    """The lines of the section or subsection NAME."""
    start = next((i for i, line in enumerate(lines) if line.strip() == name), None)
    if start is None:
        return []
    end = (i for i in range(start + 1, len(lines))
           if lines[i].strip() and indent(lines[i]) <= indent(lines[start]))
    return lines[start + 1:next(end, len(lines))]

def item(name, body):
    """What stands under the tag NAME in BODY."""
    for i, line in enumerate(body):
        if line.split()[:1] == [name]:
            end = (j for j in range(i + 1, len(body))
                   if body[j].strip() and indent(body[j]) <= indent(line))
            return [line.strip()[len(name):]] + body[i + 1:next(end, len(body))]
    return []

def words(text):
    return " ".join(re.sub(r"[`']", "", text).lower().split())

def compare(where, body, help_text, choices):
    global compared
    compared += 1
    text = words(" ".join(body))
    if not body:
        missing.append(where + ": is not in the manual")
    elif words(help_text) not in text:
        missing.append(where + ": does not say: " + help_text)
    for choice in choices:
        if not re.search(r"(^|[^\w-])%s($|[^\w-])" % re.escape(choice.lower()), text):
            missing.append(where + ": does not name the choice " + choice)

def walk(where, body, node):
    for key, value in node["properties"].items():
        path = where + ", " + key
        if key in kinds and where == "CONTROLS":
            compare(path, chapter(key), value["description"], [])
            walk(key, chapter(key), value)
            continue
        choices = value.get("enum", []) + value.get("items", {}).get("enum", [])
        below = item(key, body)
        compare(path, below, value["description"], [c for c in choices if isinstance(c, str)])
        inner = value["anyOf"][0] if "anyOf" in value else value
        # the keywords of a daemon are in its own manual
        if "properties" in inner and "patternProperties" not in inner:
            name = chapters.get(key)
            walk(name or path, chapter(name) if name else below, inner)

walk("TOP LEVEL", chapter("TOP LEVEL"), schema["else"])
walk("CONTROLS", chapter("CONTROLS"), definitions["control"])
walk("CONDITIONS", chapter("CONDITIONS"), definitions["condition"])
walk("OVERLAYS", chapter("OVERLAYS"), schema["then"])
drop = {"properties": {"drop": definitions["entry"]["properties"]["drop"]}}
walk("OVERLAYS", chapter("OVERLAYS"), drop)
print("\n".join(missing))
sys.exit(1 if missing or compared < 50 else 0)
END
ok "every key is in the manual" "$PYTHON" compare.py

# The examples are what the loader takes.
sed -n '/^A policy:/,/^\.Ed/p' "$MANUAL" | sed '1,2d;/^\.Ed/d' >policy.yaml
sed -n '/^An overlay for a host/,/^\.Ed/p' "$MANUAL" | sed '1,/^\.Bd/d;/^\.Ed/d' >overlay.yaml
sed -n '/^An overlay for what/,/^\.Ed/p' "$MANUAL" | sed '1,/^\.Bd/d;/^\.Ed/d' >recorded.yaml
ok "the examples are there" test -s policy.yaml -a -s overlay.yaml -a -s recorded.yaml
run policy check policy.yaml --overlay overlay.yaml --overlay recorded.yaml
status "the examples load" 0

# holdfast(8) and SECURITY.md name each program that an audit asks.
sed -n '/^\.Ss What an audit reads/,/^\.Sh/p' "$PROJECT/enforcer/holdfast.8" >audit.txt
asked=$(sed -n 's/^\t*{ \.argv = \([a-z_]*\),.*/\1/p' "$PROJECT"/policy/*/{,*/}*.c | while read -r name; do
	grep -ohE "\<$name\[\] = \{ \"[^\"]*" "$PROJECT"/policy/*/{,*/}*.c | sed 's/.*\///'
done)
is "the programs that an audit asks" "$(echo $asked)" "rpm apt-get apt-config"
for program in $asked; do
	says "holdfast(8) names $program" ".Xr $program 8" audit.txt
	says "SECURITY.md names $program" "\`$program" "$PROJECT/SECURITY.md"
done
finish
