"""Runs a command on a terminal of its own and types ANSWERS, each when the command asks:
terminal.py ANSWERS COMMAND...; ANSWERS are letters, "-" is an end of file. Prints what the
command printed, exits with its status."""
import os, pty, select, sys, time

answers, command = list(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, asked, deadline = b"", 0, time.monotonic() + 60
while time.monotonic() < deadline:
    if not select.select([fd], [], [], 1)[0]:
        continue
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    # a question ends in "] " and nothing follows it
    if shown[asked:].endswith(b"] ") and answers:
        asked = len(shown)
        answer = answers.pop(0)
        os.write(fd, b"\x04" if answer == "-" else answer.encode() + b"\n")
else:
    print("terminal.py: no end within a minute", file=sys.stderr)
    os.kill(pid, 9)
sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
status = os.waitpid(pid, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128)
