"""What can be changed in a source file: operators, constants, conditions, calls, statuses.

A mutant is one small change inside a function. It is known by its file, its function and the line
with the change in it, "if (fd {< -> <=} 0)", so that a list of mutants outlives changes elsewhere;
of lines that are the same in one function the second has "#2".
"""
import re

OPERATORS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||",
             "||": "&&", "+": "-", "-": "+", "+=": "-=", "-=": "+="}
TOKEN = re.compile(r"""
    (?P<skip>\s+|/\*.*?\*/|\#[^\n]*)
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<number>\b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<operator><<=|>>=|->|\+\+|--|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||[-+*/%&|^~!<>=?:;,.(){}\[\]])
    """, re.X | re.S)
CLOSING = {"(": ")", "{": "}", "[": "]"}
# what says why something fails, and returns -1
FAILING = ("failed", "error_set", "error_prefix", "conflict", "occupied", "not_old", "say_died")
TYPES = ("sizeof", "return", "if", "while", "for", "switch", "else", "do")


class Mutant:
    def __init__(self, file, function, start, end, text):
        self.file, self.function = file, function
        self.start, self.end, self.text = start, end, text
        self.key = None


def functions(source):
    """(name, start, end) of each body, by the house's form: name and braces begin a line."""
    for match in re.finditer(r"^([a-z_]\w*)\([^;{}]*?\)\n\{\n.*?^\}|"
                             r"^static [^\n;{}]*?\b(?!__attribute__)([a-z_]\w*)\([^;{}]*?\)\n\{\n.*?^\}",
                             source, re.M | re.S):
        yield match[1] or match[2], source.index("\n{", match.start()) + 2, match.end() - 1


def tokens(source, start, end):
    found, at = [], start
    while at < end:
        match = TOKEN.match(source, at, end)
        assert match, source[at:at + 40]
        if match.lastgroup != "skip":
            found.append((match.lastgroup, match[0], at, match.end()))
        at = match.end()
    return found


def closing(found, at):
    """The token that closes the bracket at AT."""
    depth = 0
    for here in range(at, len(found)):
        text = found[here][1]
        depth += (text in CLOSING) - (text in CLOSING.values())
        if depth == 0:
            return here
    raise ValueError(found[at])


def is_operand(token):
    return token[0] in ("word", "number", "text") and token[1] not in TYPES or \
        token[1] in (")", "]")


def changes(source, found):
    """(start, end, new text) of each change of one function."""
    for at, (kind, text, start, end) in enumerate(found):
        before = found[at - 1] if at else ("operator", "{", 0, 0)
        after = found[at + 1] if at + 1 < len(found) else ("operator", "}", 0, 0)
        begins = before[1] in (";", "{", "}", "else") or before[1] == ")" and \
            is_statement(found, at)
        if kind == "operator" and text in OPERATORS:
            unary = not is_operand(before) and text in ("-", "+")
            if not unary and not (text == "-" and is_cast(found, at - 1)):
                yield start, end, OPERATORS[text]
        if text == "!":
            yield start, end, ""
        # not what is compared with, for which the comparison is changed, nor the size of an
        # array, nor { 0 }
        if kind == "number" and before[1] not in ("<", ">", "<=", ">=", "==", "!=", "{") and \
                not (before[1] == "[" and found[at - 3][1] == "char"):
            digits = text.rstrip("uUlL")
            octal = digits.startswith("0") and len(digits) > 1 and digits[1] not in "xX"
            value = int(digits, 8 if octal else 0)
            # what is less than 0 is a failure, -2 as -1
            negative = before[1] == "-" and not is_operand(found[at - 2])
            for new in {0} if negative else {value + 1, 0} if value == 1 else {value + 1}:
                if not (before[1] == "-" and found[at - 2][1] == "return"):
                    yield start, end, f"0{new:o}" if octal else str(new)
        if text in ("if", "while") and after[1] == "(":
            close = closing(found, at + 1)
            inside = source[after[3]:found[close][2]]
            declares = re.search(r"\w = ", inside)
            # one comparison is as good as forced by its own mutants
            simple = not re.search(r"&&|\|\||[!]\w|^\w+$", inside)
            for new in ("0",) if text == "while" or simple else ("0", "1"):
                if inside.strip() != new:
                    # what it assigns is still assigned
                    yield after[3], found[close][2], \
                        f"(({inside}), {new})" if declares else new
        if kind == "word" and after[1] == "(" and text not in TYPES:
            close = closing(found, at + 1)
            behind = found[close + 1]
            if begins and behind[1] == ";":
                yield start, found[close][3], ""
            elif behind[1] in ("<", "==") and found[close + 2][1] == "0":
                yield start, found[close][3], "0"
            elif before[1] == "return" and text in FAILING and behind[1] == ";":
                yield start, found[close][3], "0"
        if text == "return":
            if after[1] == "0" and found[at + 2][1] == ";":
                yield after[2], after[3], "-1"
            if after[1] == "-" and found[at + 2][1] == "1" and found[at + 3][1] == ";":
                yield after[2], found[at + 2][3], "0"


def is_cast(found, at):
    """Whether the parenthesis at AT closes a cast."""
    return found[at][1] == ")" and found[at - 1][1] in ("_t", "long", "int", "size_t", "off_t")


def is_statement(found, at):
    """Whether a statement begins at AT, behind the parenthesis of an if, while or for."""
    depth = 0
    for here in range(at - 1, -1, -1):
        text = found[here][1]
        depth += (text == ")") - (text == "(")
        if depth == 0:
            return found[here - 1][1] in ("if", "while", "for", "json_object_foreach")
    return False


def mutants(file):
    with open(file, encoding="utf-8") as opened:
        source = opened.read()
    seen, made = {}, []
    for function, first, last in functions(source):
        for start, end, text in changes(source, tokens(source, first, last)):
            mutant = Mutant(file, function, start, end, text)
            begin = source.rindex("\n", 0, start) + 1
            stop = source.index("\n", end)
            line = source[begin:start] + "{" + source[start:end] + " -> " + (text or "nothing") + \
                "}" + source[end:stop]
            key = f"{file} {function}: " + " ".join(line.split())
            seen[key] = seen.get(key, 0) + 1
            mutant.key = key if seen[key] == 1 else f"{key} #{seen[key]}"
            mutant.line = source.count("\n", 0, start) + 1
            mutant.source = source[:start] + text + source[end:]
            made.append(mutant)
    return made
