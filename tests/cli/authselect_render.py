"""authselect_render.py FROM TO FEATURE...: makes in the folder TO what authselect makes of each
template in FROM when these features are selected. The operators are those of
authselect-profiles(5)."""
import os
import re
import sys

OPERATOR = re.compile(r'\{(?:(?P<line>continue|stop|include|exclude) if (?P<condition>[^{}|:]+)'
                      r'|if (?P<choice>[^{}|:]+):(?P<yes>[^{}|]*)(?:\|(?P<no>[^{}|]*))?'
                      r'|imply "(?P<implied>[^{}"|]+)" if (?P<cause>[^{}|:]+))\}')


def holds(expression, features):
    """An expression of names in quotes, and, or, not, and parentheses."""
    words = re.sub(r'"([^"]*)"', lambda name: str(name[1] in features), expression)
    if not re.fullmatch(r"(?:True|False|and|or|not|[ ()])+", words):
        raise ValueError(expression)
    return eval(words)  # nothing but these words


def render(text, features):
    lines = []
    for line in text.splitlines():
        while match := OPERATOR.search(line):
            if match["choice"]:
                value = match["yes"] if holds(match["choice"], features) else match["no"]
                line = line[:match.start()] + (value or "") + line[match.end():]
                continue
            if match["implied"]:
                if holds(match["cause"], features):
                    features.add(match["implied"])
                line = None
                break
            condition = holds(match["condition"], features)
            if match["line"] in ("continue", "stop"):
                if condition == (match["line"] == "stop"):
                    return lines
                line = None
                break
            if condition == (match["line"] == "exclude"):
                line = None
                break
            line = line[:match.start()] + line[match.end():]
        if line is not None:
            lines.append(line.rstrip())
    return lines


def main(source, target, *features):
    os.makedirs(target)
    for name in os.listdir(source):
        if name != "README":
            with open(os.path.join(source, name)) as template:
                lines = render(template.read(), set(features))
            with open(os.path.join(target, name), "w") as made:
                made.writelines(line + "\n" for line in lines)


main(*sys.argv[1:])
