"""Prints the rows that the last runs of the oracles left as one table, for README."""
import glob
import json
import os

rows = []
for path in glob.glob(os.path.join(os.environ.get("BUILD", "build"), "oracle/*.row")):
    with open(path) as file:
        row = json.load(file)
    if row["cases"] > 0:
        rows.append(row)
columns = ("cases", "agree", "disagree", "unknown", "invalid")
print("| subject | " + " | ".join(columns) + " |")
print("|---|" + "---|" * len(columns))
for row in sorted(rows, key=lambda row: (row["real"], row["subject"])):
    print(f"| {row['subject']}{', real files' if row['real'] else ''} | " + " | ".join(f"{row[column]:,}" for column in columns) + " |")
