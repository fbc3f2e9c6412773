"""readme_examples.py README HOLDFAST [update]: runs each example of README in the current
directory and prints the difference to what README shows. An example is an indented paragraph
that begins with "$ build/holdfast". With "update" README is written anew."""
import difflib
import subprocess
import sys

path, holdfast = sys.argv[1:3]
with open(path) as file:
    blocks = file.read().split("\n\n")
count = 0
for index, block in enumerate(blocks):
    if not block.startswith("    $ build/holdfast "):
        continue
    count += 1
    lines = block.rstrip("\n").split("\n")
    command = lines[0][len("    $ build/holdfast "):].split()
    run = subprocess.run([holdfast] + command, stdin=subprocess.DEVNULL, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    have = [lines[0]] + ["    " + line if line else "" for line in run.stdout.split("\n")[:-1]]
    sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(lines, have, "README",
                                                                       "now", lineterm=""))
    blocks[index] = "\n".join(have)
if count == 0:
    print("no example in", path)
if sys.argv[3:] == ["update"]:
    with open(path, "w") as file:
        file.write("\n\n".join(blocks))
