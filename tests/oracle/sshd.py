#!/usr/bin/env python3
"""Compares the model of sshd with `sshd -T -C` on generated configurations.

Needs root and sshd: it works in a mount namespace of its own, with a tmpfs over /etc/ssh and
small files over /etc/passwd and /etc/group, so that Include and Match Group are real.
"""
import argparse
import os
import random
import re
import shutil
import subprocess
import sys

USERS = {"root": ["root"], "sshd": ["nogroup"], "alice": ["users", "wheel"],
         "bob": ["users"], "backup": ["backup"], "sftp1": ["sftp", "users"],
         "nobody": ["nogroup"], "ghost": []}
GROUPS = ["root", "nogroup", "users", "wheel", "backup", "sftp"]
HOSTS = ["Host.example.org", "db.internal", "UNKNOWN"]
ADDRESSES = ["10.0.0.1", "10.1.2.3", "192.168.1.30", "192.0.2.1", "2001:db8::1", "fe80::1"]
LOCAL = ["10.0.0.254", "192.0.2.2", "::1"]
PORTS = ["22", "2222"]
DIRECTORY = "/etc/ssh"


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(77)


def enter_namespace():
    if os.geteuid() != 0:
        skip("needs root")
    if shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin") is None:
        skip("sshd is not installed")
    if os.environ.get("SSHD_ORACLE") != "inside":
        os.environ["SSHD_ORACLE"] = "inside"
        try:
            subprocess.run(["unshare", "-m", "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            skip("can't make a mount namespace")
        os.execvp("unshare", ["unshare", "-m", "--propagation", "private", sys.executable]
                  + sys.argv)


def mount(*arguments):
    if subprocess.run(["mount", *arguments], capture_output=True).returncode != 0:
        skip("can't mount " + " ".join(arguments))


def prepare():
    mount("-t", "tmpfs", "tmpfs", DIRECTORY)
    os.chmod(DIRECTORY, 0o755)
    if not os.path.isdir("/run/sshd"):
        mount("-t", "tmpfs", "tmpfs", "/run")
        os.mkdir("/run/sshd", 0o755)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    DIRECTORY + "/ssh_host_ed25519_key"], check=True)
    with open(DIRECTORY + "/passwd", "w", encoding="ascii") as file:
        for number, (name, groups) in enumerate(USERS.items()):
            if groups:
                file.write(f"{name}:x:{number}:{GROUPS.index(groups[0])}::/:/bin/sh\n")
    with open(DIRECTORY + "/group", "w", encoding="ascii") as file:
        for number, name in enumerate(GROUPS):
            members = ",".join(user for user, groups in USERS.items() if name in groups[1:])
            file.write(f"{name}:x:{number}:{members}\n")
    for name in "passwd", "group":
        mount("--bind", f"{DIRECTORY}/{name}", f"/etc/{name}")


FLAG = ["yes", "no", "yes", "no", "Yes", "NO", "\"no\"", "'yes'"]
WRONG = ["maybe", "", "\"yes", "yes no", "1", "true"]
# keyword: values that sshd takes, values that it rejects
VALUES = {
    "PermitRootLogin": (["yes", "no", "without-password", "prohibit-password",
                         "Forced-Commands-Only"], ["never", "yes no"]),
    "MaxAuthTries": (["3", "04", "6", "\"2\""], ["three", "-1", "4x", "99999999999"]),
    "MaxSessions": (["0", "1", "10"], ["-2"]),
    "LoginGraceTime": (["120", "2m", "1h30m", "0", "1M5s", "1w"], ["2x", "m", "-5"]),
    "ClientAliveInterval": (["0", "5m", "300"], ["5 m", "x"]),
    "ClientAliveCountMax": (["0", "3"], ["x"]),
    "LogLevel": (["INFO", "verbose", "DEBUG1", "quiet", "SILENT", "DEBUG3"], ["LOUD"]),
    "SyslogFacility": (["AUTH", "authpriv", "LOCAL7", "daemon"], ["KERN"]),
    "AllowUsers": (["alice bob", "root@10.0.0.0/8", "*@192.168.*", "\"a b\"", "!eve,bob"],
                   ["root@10.0.0.1/8"]),
    "DenyUsers": (["mallory", "x y z", "x@!10.0.0.1,*"], ["x@1.2.3.4/33"]),
    "AllowGroups": (["wheel", "users backup"], ["\"\""]),
    "DenyGroups": (["sftp"], ["\"\""]),
    "AcceptEnv": (["LANG LC_*", "FOO", "# nothing"], ["A=b"]),
    "SetEnv": (["A=b C=d", "A=1 A=2", "\"X=a b\""], ["A"]),
    "Ciphers": (["aes256-ctr", "aes256-gcm@openssh.com,aes128-ctr", "+aes128-cbc",
                 "-chacha20*,aes128*", "^aes256-gcm@openssh.com"], ["rot13", "aes*", "+rot13"]),
    "MACs": (["hmac-sha2-512", "-hmac-sha1*", "^hmac-sha2-256"], ["crc32"]),
    "KexAlgorithms": (["curve25519-sha256", "-*sha1", "+diffie-hellman-group14-sha1"], ["x"]),
    "HostKeyAlgorithms": (["ssh-ed25519", "ssh-*", "+ssh-rsa", "-ecdsa*"], ["x"]),
    "PubkeyAcceptedAlgorithms": (["ssh-ed25519,rsa-sha2-512", "-ssh-rsa*", "+ssh-dss"], ["x"]),
    "PubkeyAcceptedKeyTypes": (["ecdsa-*", "^rsa-sha2-256"], ["y"]),
    "HostbasedAcceptedAlgorithms": (["ssh-ed25519", "+ssh-rsa"], ["z"]),
    "CASignatureAlgorithms": (["ssh-ed25519", "^rsa-sha2-256", "-rsa*"], ["z"]),
    "Protocol": (["2", "1", "junk"], []),
    "RSAAuthentication": (["yes", "junk"], []),
    "UsePrivilegeSeparation": (["sandbox"], []),
    "KeyRegenerationInterval": (["1h", "x"], []),
    "Port": (["22", "2222", "ssh"], ["0", "70000", "x"]),
    "ListenAddress": (["0.0.0.0", "10.0.0.1:22", "::", "[::1]:2222"], ["[::1", "1.2.3.4:x"]),
    "AddressFamily": (["any", "INET", "inet6"], ["ipx"]),
    "Banner": (["none", "/etc/issue", "issue.net", "None"], ["a b"]),
    "AuthorizedKeysFile": ([".ssh/authorized_keys", "/etc/keys/%u .ssh/k", "none"], ["\"\""]),
    "ForceCommand": (["internal-sftp", "/bin/echo \"a b\" # no comment", "none", "NONE"], []),
    "ChrootDirectory": (["/srv/%u", "none"], []),
    "Subsystem": (["sftp /usr/lib/sftp-server -l INFO", "x /bin/true"], ["sftp"]),
    "X11DisplayOffset": (["10", "0"], ["x"]),
    "AllowTcpForwarding": (["yes", "all", "local", "remote", "No"], ["both"]),
    "AllowStreamLocalForwarding": (["yes", "local"], ["x"]),
    "GatewayPorts": (["no", "clientspecified"], ["x"]),
    "Compression": (["yes", "delayed", "no"], ["zlib"]),
    "PermitTunnel": (["no", "ethernet", "point-to-point", "yes"], ["Yes", "x"]),
    "PermitUserEnvironment": (["yes", "no", "LANG,LC_*"], []),
    "PermitOpen": (["any", "none", "host:80", "[::1]:443 *:22"], ["host", "any x", "h/80"]),
    "PermitListen": (["any", "8080", "localhost:80 *:*"], ["x", "h:"]),
    "RekeyLimit": (["default", "1G", "512M 1h", "1.5K none", "default 2m"], ["8", "1X", "1G x"]),
    "MaxStartups": (["10:30:100", "5", "1:1:1"], ["10:30", "100:30:10", "0", "x"]),
    "PerSourceMaxStartups": (["none", "5"], ["x"]),
    "PerSourceNetBlockSize": (["32:128", "24:64"], ["33", "24:129"]),
    "IPQoS": (["lowdelay throughput", "af21", "0x10 8", "none", "CS1 ef", "184"], ["fast", "256"]),
    "VersionAddendum": (["none", "Debian", "a b # c"], []),
    "AuthenticationMethods": (["any", "publickey", "publickey,password password",
                               "publickey,keyboard-interactive:pam", "hostbased"],
                              ["telepathy", "publickey,", "any publickey"]),
    "StreamLocalBindMask": (["0177", "022", "0"], ["8", "1777"]),
    "FingerprintHash": (["sha256", "MD5"], ["crc"]),
    "PubkeyAuthOptions": (["none", "touch-required", "verify-required Touch-Required"], ["x"]),
    "IgnoreRhosts": (["yes", "no", "shosts-only"], ["x"]),
    "AuthorizedKeysCommand": (["none", "/bin/keys %u"], ["keys"]),
    "AuthorizedKeysCommandUser": (["nobody", "none"], []),
    "AuthorizedPrincipalsCommand": (["none", "/bin/p %u"], ["p"]),
    "AuthorizedPrincipalsCommandUser": (["nobody"], []),
    "AuthorizedPrincipalsFile": (["none", ".ssh/principals"], []),
    "TrustedUserCAKeys": (["none", "/etc/ca.pub"], []),
    "RevokedKeys": (["none", "/etc/revoked"], []),
    "RequiredRSASize": (["2048", "1024"], ["x"]),
    "ChannelTimeout": (["none", "session=5m", "a=1 b=2h"], ["session", "none a=1"]),
    "UnusedConnectionTimeout": (["none", "5m"], ["x"]),
    "LogVerbose": (["none", "kex.c:*:1", "a b"], ["none x"]),
    "PidFile": (["none", "/run/x.pid"], []),
    "SecurityKeyProvider": (["internal", "/lib/x.so"], []),
    "RDomain": ([], ["none"]),
}
for flag in ("PasswordAuthentication KbdInteractiveAuthentication ChallengeResponseAuthentication "
             "SkeyAuthentication PubkeyAuthentication DSAAuthentication HostbasedAuthentication "
             "UsePAM PermitEmptyPasswords StrictModes X11Forwarding X11UseLocalhost PrintMotd "
             "PrintLastLog TCPKeepAlive KeepAlive AllowAgentForwarding DisableForwarding UseDNS "
             "PermitTTY PermitUserRC GSSAPIAuthentication KerberosAuthentication ExposeAuthInfo "
             "IgnoreUserKnownHosts StreamLocalBindUnlink HostbasedUsesNameFromPacketOnly "
             "KerberosOrLocalPasswd GSSAPICleanupCredentials GSSAPIStrictAcceptorCheck "
             "GSSAPIKeyExchange").split():
    VALUES[flag] = (FLAG, WRONG)
GLOBAL_ONLY = set("""SyslogFacility LoginGraceTime Ciphers MACs KexAlgorithms HostKeyAlgorithms
    Protocol UsePrivilegeSeparation KeyRegenerationInterval Port ListenAddress AddressFamily
    Subsystem Compression PermitUserEnvironment MaxStartups PerSourceMaxStartups
    PerSourceNetBlockSize VersionAddendum FingerprintHash PidFile SecurityKeyProvider
    DSAAuthentication UsePAM StrictModes PrintMotd PrintLastLog TCPKeepAlive KeepAlive UseDNS
    IgnoreUserKnownHosts KerberosOrLocalPasswd GSSAPICleanupCredentials
    GSSAPIStrictAcceptorCheck GSSAPIKeyExchange""".split())
LOVED = ["PermitRootLogin", "PasswordAuthentication", "KbdInteractiveAuthentication",
         "MaxAuthTries", "AllowUsers", "X11Forwarding", "ChallengeResponseAuthentication"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.errors = self.random.random() < 0.25
        self.files = {}

    def setting(self, inside):
        pick = self.random
        while True:
            name = pick.choice(LOVED) if pick.random() < 0.3 else pick.choice(list(VALUES))
            if inside and name in GLOBAL_ONLY and not (self.errors and pick.random() < 0.03):
                continue
            right, wrong = VALUES[name]
            if self.errors and wrong and pick.random() < 0.06:
                value = pick.choice(wrong)
            elif right:
                value = pick.choice(right)
            else:
                continue
            break
        spelled = pick.choice([name] * 4 + [name.lower(), name.upper(), f'"{name}"'])
        between = pick.choice([" "] * 6 + ["\t", " = ", "=", "  ", "= ", " =\t"])
        if spelled.startswith('"') and "=" in between:
            between = " "
        after = pick.choice([""] * 8 + [" ", " # comment", "\t#c", "\r", "\f"])
        if name in ("ForceCommand", "VersionAddendum") or name.endswith("Command"):
            after = pick.choice(["", " ", " # c"])
        before = pick.choice([""] * 6 + [" ", "\t", "    "])
        return before + spelled + between + value + after

    def match(self):
        pick = self.random
        if pick.random() < 0.1:
            return pick.choice(["Match all", "match ALL # everybody", "Match All"])
        if self.errors and pick.random() < 0.05:
            return pick.choice(["Match", "Match user", "Match all user bob", "Match exec x",
                                "Match address 10.0.0.1/8", "Match LocalPort x", "Match user=",
                                "Match final"])
        makers = [
            ("User", ["alice", "bob,backup", "*,!root", "sftp*", "ghost", "!root", "a?ice",
                      "Alice"]),
            ("Group", ["wheel", "users,!wheel", "sftp", "*", "none"]),
            ("Host", ["*.example.org", "HOST.example.org", "db.*,!db.internal", "*"]),
            ("Address", ["10.0.0.0/8", "10.0.0.1", "192.168.*", "!10.0.0.1,10.0.0.0/8",
                         "2001:db8::/32", "*", "fe80::1,192.0.2.1"]),
            ("LocalAddress", ["10.0.0.254", "::1", "192.0.2.0/24"]),
            ("LocalPort", ["22", "2222"]),
            ("RDomain", ["vrf1", "*"]),
        ]
        words = []
        for name, patterns in pick.sample(makers, pick.choice([1, 1, 1, 2, 3])):
            equals = pick.choice([" ", " ", " ", "=", "\t"])
            pattern = pick.choice(patterns)
            if pick.random() < 0.1:
                pattern = f'"{pattern}"'
            words.append(pick.choice([name, name.lower()]) + equals + pattern)
        return pick.choice(["", " "]) + "Match " + " ".join(words) + pick.choice(
            ["", "", "", " # c", " "])

    def include(self, level):
        pick = self.random
        number = len(self.files)
        kind = pick.random()
        if self.errors and kind < 0.1:
            return pick.choice(["Include", "Include sshd_config", "Include \"\"",
                                "Include dangling.conf"])
        if kind < 0.3:
            return pick.choice(["Include none.d/*.conf", "Include /etc/ssh/absent",
                                "Include ~/x", "Include emptydir"])
        if level >= 2:
            return "Include none.d/*"
        if kind < 0.6:
            names = [f"d{number}/{letter}.conf" for letter in pick.sample("abcXY9", 2)]
            for name in names:
                self.files[name] = ""
            for name in names:
                self.files[name] = self.file(level + 1, pick.randrange(0, 6))
            return f"Include {pick.choice(['', '/etc/ssh/'])}d{number}/*.conf"
        name = f"extra{number}"
        self.files[name] = ""
        self.files[name] = self.file(level + 1, pick.randrange(0, 6))
        return pick.choice([f"Include {name}", f"include=\"{name}\"",
                            f"Include {name} none.d/* # c"])

    def file(self, level, count):
        pick = self.random
        lines, inside = [], level > 0 and pick.random() < 0.5
        for _ in range(count):
            roll = pick.random()
            if roll < 0.1:
                lines.append(pick.choice(["", "# comment", "   # indented", "\t", "#X yes \\"]))
            elif roll < 0.2:
                lines.append(self.include(level))
            elif roll < 0.32 and count > 3:
                lines.append(self.match())
                inside = True
            elif self.errors and roll < 0.33:
                lines.append(pick.choice(["NoSuchKeyword yes", "PermitRootLogin", "= x y",
                                          "\"PermitRootLogin no", "Host x", "UsePAM=",
                                          "PermitRootLogin no 'x"]))
            else:
                lines.append(self.setting(inside))
        ending = pick.choice(["\n", "\n", "\r\n"])
        return ending.join(lines) + (ending if pick.random() < 0.8 else "")

    def tree(self):
        self.files["sshd_config"] = ""
        self.files["sshd_config"] = self.file(0, self.random.randrange(1, 25))
        return self.files


def write_tree(files):
    keep = {"passwd", "group", "ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"}
    for name in os.listdir(DIRECTORY):
        path = f"{DIRECTORY}/{name}"
        if name in keep:
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    os.mkdir(DIRECTORY + "/emptydir")
    os.symlink("nowhere", DIRECTORY + "/dangling.conf")
    for name, text in files.items():
        path = f"{DIRECTORY}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)


def ask_sshd(connection):
    user, host, address, local, port, domain = connection
    result = subprocess.run(
        ["/usr/sbin/sshd", "-T", "-C", f"user={user},host={host},addr={address},laddr={local},"
         f"lport={port}" + (f",rdomain={domain}" if domain is not None else ""), "-h", DIRECTORY + "/ssh_host_ed25519_key"],
        capture_output=True, text=True, errors="replace", cwd="/", check=False)
    if result.returncode != 0:
        return None, result.stderr.strip()
    values = {}
    for line in result.stdout.splitlines():
        name, _, value = line.partition(" ")
        values.setdefault(name, []).append(value)
    return {name: " ".join(value) for name, value in values.items()}, ""


def ask_model(connections):
    text = "".join("\t".join([user, ",".join(USERS[user]), host, address, local, port, domain])
                   + "\n" for user, host, address, local, port, domain in connections)
    result = subprocess.run([os.environ["HELPERS"] + "/oracle/sshd_ask", "/", "902"], input=text,
                            capture_output=True, text=True, errors="replace", check=False)
    if result.returncode != 0:
        raise SystemExit(f"sshd_ask failed ({result.returncode}): {result.stderr}")
    if result.stdout.startswith(("INVALID", "UNKNOWN")):
        return result.stdout.strip()
    answers = []
    for block in result.stdout.strip("\n").split("\n\n"):
        pairs = (line.partition(" ") for line in block.splitlines())
        answers.append({name.lower(): value for name, _, value in pairs})
    return answers


# not printed by -T, or only with the host's own facts in them
UNPRINTED = {"debianbanner", "rdomain", "listenaddress", "hostkey", "kerberosgetafstoken",
             "gssapikexalgorithms", "sshdsessionpath"}


def same(name, ours, theirs):
    if name == "permitrootlogin":
        theirs = theirs.replace("without-password", "prohibit-password")
    if name == "maxstartups":  # the rate between two equal numbers means nothing
        one, two = ours.split(":"), theirs.split(":")
        if one[0] == one[2] and two[0] == two[2]:
            return one[0] == two[0]
    if name == "loglevel":
        theirs = theirs.replace("DEBUG1", "DEBUG").replace("SILENT", "QUIET")
    return ours == re.sub(r"^//", "/", theirs)


def compare(case, seed, verbose):
    """Returns what was found: agree, disagree or unknown."""
    generator = Generator(f"{seed}/{case}")
    files = generator.tree()
    write_tree(files)
    pick = generator.random
    connections = [(pick.choice(list(USERS)), pick.choice(HOSTS), pick.choice(ADDRESSES),
                    pick.choice(LOCAL), pick.choice(PORTS), pick.choice(["", "vrf1"]))
                   for _ in range(3)]
    model = ask_model(connections)
    differences, unknown = [], 0
    for number, connection in enumerate(connections):
        values, message = ask_sshd(connection)
        if isinstance(model, str):
            if model.startswith("UNKNOWN"):
                unknown += 1
            elif values is not None:
                differences.append(f"{model}, but sshd starts")
            continue
        if values is None:
            differences.append(f"accepted, but sshd says: {message}")
            continue
        for name, ours in model[number].items():
            if name in UNPRINTED or ours == "?":
                continue
            theirs = values.get(name, "none")
            if not same(name, ours, theirs):
                differences.append(f"{connection}: {name}: {ours!r}, sshd: {theirs!r}")
    if differences:
        print(f"case {case}: disagree")
        for line in differences[:4]:
            print("  " + line)
        if verbose:
            for name, text in files.items():
                print(f"--- {name}\n{text}")
        return "disagree"
    return "unknown" if unknown else "agree"


# what blocks ask for when it matters whether any connection is left over
EVERYBODY = {
    "User": ["*", "!someone,*", "someone", "root", "!root,*", "alice,bob", "*,!alice"],
    "Group": ["*", "!nobody,*", "*,!sftp", "users", "users,!wheel", "wheel", "root"],
    "Address": ["0.0.0.0/0", "::/0", "*", "0.0.0.0/0,::/0", "10.0.0.0/8", "*,!10.0.0.1",
                "0.0.0.0/1,128.0.0.0/1"],
    "LocalAddress": ["0.0.0.0/0", "*", "::/0", "10.0.0.254"],
    "LocalPort": ["22", "2222"],
    "RDomain": ["*", "vrf1", "!vrf1,*"],
}


def everybody(pick):
    """A file of Match blocks over one keyword, and the ports of its sshd."""
    ports = pick.choice([[], ["22"], ["2222"], ["22", "2222"]])
    lines = [f"Port {port}" for port in ports]
    if pick.random() < 0.8:
        lines.append("PermitRootLogin " + pick.choice(["yes", "no"]))
    for _ in range(pick.randrange(1, 4)):
        asked = pick.sample(list(EVERYBODY), pick.choice([1, 1, 1, 2]))
        lines.append("Match " + " ".join(f"{name} {pick.choice(EVERYBODY[name])}"
                                         for name in asked))
        lines.append("PermitRootLogin " + pick.choice(["yes", "no"]))
    return "\n".join(lines) + "\n", ports or ["22"]


def compare_all(case, seed, verbose):
    """ALWAYS must hold for whatever connection sshd is asked about, NOT for the one named."""
    pick = random.Random(f"all/{seed}/{case}")
    text, ports = everybody(pick)
    write_tree({"sshd_config": text})
    result = subprocess.run([os.environ["HELPERS"] + "/oracle/sshd_ask", "/", "902",
                             "PermitRootLogin", "no"], capture_output=True, text=True,
                            check=False)
    answer, *witness = result.stdout.rstrip("\n").split("\t")
    problem = None
    if answer == "NOT" and "Group" not in text:
        user, _, host, address, local, port, domain = witness
        values, message = ask_sshd((user, host, address, local, port, domain))
        if values is None or values["permitrootlogin"] == "no":
            problem = f"{witness}: {message or 'sshd says no'}"
    elif answer == "ALWAYS":
        for _ in range(60):
            address = pick.choice(ADDRESSES)
            local = [one for one in LOCAL if (":" in one) == (":" in address)]
            connection = (pick.choice([*USERS, "someone"]), "UNKNOWN", address,
                          pick.choice(local), pick.choice(ports),
                          pick.choice([None, "", "vrf1"]))
            values, message = ask_sshd(connection)
            if values is None or values["permitrootlogin"] != "no":
                problem = f"{connection}: {message or 'sshd says yes'}"
                break
    elif answer not in ("UNSURE", "NOT"):
        problem = result.stdout + result.stderr
    if problem or verbose:
        print(f"case {case} (every connection): {answer}, {problem}\n{text}")
    return "disagree" if problem else "unknown" if answer == "UNSURE" else "agree"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=250)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--case", type=int, help="this one alone, with its files")
    arguments = parser.parse_args()
    enter_namespace()
    version = subprocess.run(["/usr/sbin/sshd", "-V"], capture_output=True, text=True,
                             check=False).stderr
    if "OpenSSH_9.2" not in version:
        skip("sshd is not 9.2: " + version.strip())
    prepare()
    cases = [arguments.case] if arguments.case is not None else range(arguments.cases)
    verbose = arguments.case is not None
    results = [compare(case, arguments.seed, verbose) for case in cases]
    results += [compare_all(case, arguments.seed, verbose) for case in cases]
    print(f"{len(results)} cases, {results.count('agree')} agree, "
          f"{results.count('disagree')} disagree, {results.count('unknown')} unknown")
    sys.exit(1 if "disagree" in results else 0)


if __name__ == "__main__":
    main()
