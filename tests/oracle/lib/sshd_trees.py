"""Generated sshd_config trees: every keyword of 9.2, odd spellings, drop-ins, Match blocks, errors."""

FLAG = ["yes", "no", "yes", "no", "Yes", "NO", "\"no\"", "'yes'"]
WRONG_FLAG = ["maybe", "\"\"", "\"yes", "yes no", "1", "true"]
CIPHERS = ["aes256-ctr", "aes256-gcm@openssh.com,aes128-ctr", "+aes128-cbc", "-aes128*", "^3des-cbc,aes128-ctr", "-*", "-",
           "aes128-ctr,,aes256-ctr", "aes128-ctr,", "aes128-ctr,,junk", "+aes128-cbc,,3des-cbc", "^aes128-cbc,,3des-cbc",
           "-!aes128-ctr,aes*", "aes128-ctr,aes128-ctr", "-junk"]
MACS = ["hmac-sha2-512", "hmac-sha2-256,hmac-sha1", "+hmac-md5", "-umac*", "^hmac-sha1"]
EXCHANGES = ["curve25519-sha256", "ecdh-sha2-nistp256,diffie-hellman-group14-sha1", "-diffie*", "+diffie-hellman-group1-sha1",
             "^ecdh-sha2-nistp521", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256,gss-gex-sha1-x"]
KEYS = ["ssh-ed25519", "ssh-*", "+ssh-rsa", "-ecdsa*", "^rsa-sha2-256", "ssh-ed25519,rsa-sha2-512", "-ssh-rsa*", "ecdsa-*",
        "+ssh-dss", "*", "RSA,ssh-ed25519", "ED25519,ssh-rsa", "ssh-rsa,,x", "-*", "webauthn*,ssh-rsa", "null,ssh-rsa",
        "ssh-*-cert*", "?sh-rsa", "+ssh-*", "rsa-*,ssh-rsa"]
WRONG_KEYS = ["x", "!ssh-rsa,ssh-*", "RSA", "+", "^", "ssh-rsa x", "null", "!x"]
USERS_LISTS = ["alice bob", "root@10.0.0.0/8", "*@192.168.*", "\"a b\"", "!eve,bob", "alice@host.example.org", "*", "!root",
               "bob@fe80::/10", "a@b@c", "alice@!10.0.0.1,*", "@x", "x@10.0.0.1,192.0.2.0/24", "b'o'b", "x\\ y", "# none"]
WRONG_USERS = ["root@10.0.0.1/8", "x@1.2.3.4/33", "x@", "\"\"", "x@a,,b", "x@!", "x@2001:db8::1/32"]
TIMES = ["120", "2m", "1h30m", "0", "1M5s", "1w", "\"1m 2s\"", "08", "+5", "1d", "2147483647"]
WRONG_TIMES = ["'5 m'", "2x", "m", "-5", "5 m", "2147483648", "\"\"", "9999999999w", "1.5", "# 5"]
NUMBERS = ["3", "04", "6", "\"2\"", "+7", "\" 8\"", "0", "2147483647", "-0"]
WRONG_NUMBERS = ["three", "-1", "4x", "99999999999", "2147483648", "\"\"", "0x10", "# 1", "'3 '"]
COMMANDS = ["none", "/bin/keys %u", "NONE", "/bin/x # no comment", "/bin/y 'a b'"]
WRONG_COMMANDS = ["keys", "\"/bin/x\"", "'none'", "none x", "# x"]
FILES = ["none", "/etc/ssh/x", "x/y", "None", "~/x", "~/", "~", "~root/x", "~alice/.ssh/y", "\"/etc/a b\"", "./x", "/x//y"]
WRONG_FILES = ["a b", "\"\"", "# x", "~unknown/x"]

# keyword: values that sshd takes, values that it rejects
VALUES = {
    "PermitRootLogin": (["yes", "no", "without-password", "prohibit-password", "Forced-Commands-Only"], ["never", "yes no"]),
    "MaxAuthTries": (NUMBERS, WRONG_NUMBERS),
    "MaxSessions": (NUMBERS, WRONG_NUMBERS),
    "X11DisplayOffset": (NUMBERS, WRONG_NUMBERS),
    "ClientAliveCountMax": (NUMBERS, WRONG_NUMBERS),
    "RequiredRSASize": (["2048", "1024", "0"], WRONG_NUMBERS),
    "LoginGraceTime": (TIMES, WRONG_TIMES),
    "ClientAliveInterval": (TIMES, WRONG_TIMES),
    "UnusedConnectionTimeout": (TIMES + ["none", "None"] * 3, WRONG_TIMES + ["none 5"]),
    "LogLevel": (["INFO", "verbose", "DEBUG", "DEBUG1", "quiet", "SILENT", "DEBUG3", "fatal", "Error"], ["LOUD", "\"\"", "# x"]),
    "SyslogFacility": (["AUTH", "authpriv", "LOCAL7", "daemon", "User"], ["KERN", "NONE"]),
    "LogVerbose": (["none", "kex.c:*:1", "a b", "NONE", "# x"], ["none x", "x none", "\"\""]),
    "AllowUsers": (USERS_LISTS, WRONG_USERS),
    "DenyUsers": (USERS_LISTS, WRONG_USERS),
    "AllowGroups": (["wheel", "users backup", "!wheel", "*", "\"a b\"", "# x"], ["\"\"", "wheel \"\""]),
    "DenyGroups": (["sftp", "a,b"], ["\"\""]),
    "AcceptEnv": (["LANG LC_*", "FOO", "# nothing", "\"A B\"", "!X"], ["A=b", "\"\""]),
    "SetEnv": (["A=b C=d", "A=1 A=2", "\"X=a b\"", "=x", "A= B=", "# x", "AB=1 A=2"], ["A", "A=b B", "\"\""]),
    "Ciphers": (CIPHERS, ["x", "aes128-*", "+", "!aes128-ctr", "aes128-ctr aes256-ctr", ",", "AES128-CTR"]),
    "MACs": (MACS, ["x", "hmac-*", "+"]),
    "KexAlgorithms": (EXCHANGES, ["x", "curve*", "^", "gss-group14-sha256-", "gss-nistp256-sha256-zz"]),
    "HostKeyAlgorithms": (KEYS, WRONG_KEYS),
    "PubkeyAcceptedAlgorithms": (KEYS, WRONG_KEYS),
    "PubkeyAcceptedKeyTypes": (KEYS, WRONG_KEYS),
    "HostbasedAcceptedAlgorithms": (KEYS, WRONG_KEYS),
    "HostbasedAcceptedKeyTypes": (KEYS, WRONG_KEYS),
    "CASignatureAlgorithms": (KEYS[:8], WRONG_KEYS),
    "GSSAPIKexAlgorithms": (["gss-group14-sha256-", "gss-gex-sha1-,gss-nistp256-sha256-", "gss-gex-sha1-x", "gss-gex-sha1-,,x"],
                            ["x", "none", "curve25519-sha256", "\"\"", "gss-x", "-gss-gex-sha1-"]),
    "Port": (["22", "2222", "ssh", "http", "+22", "\" 23\"", "00022"], ["0", "70000", "x", "-1", "22x", "\"\"", "22 23"]),
    "ListenAddress": (["0.0.0.0", "10.0.0.1:22", "::", "[::1]:2222", "[10.0.0.1]:22", "fe80::1", "[::1]", "10.0.0.1:ssh",
                       "127.1", "0"],
                      ["[::1", "1.2.3.4:x", "1.2.3.4:0", ":22", "10.0.0.1/8", "10.0.0.1 x", "\"\"", "[::1]x"]),
    "AddressFamily": (["any", "INET", "inet6"], ["ipx"]),
    "HostKey": (["/run/sshd/host_key", "/etc/ssh/absent", "none", "~/k", "/run/sshd/host_key"], ["\"\"", "a b"]),
    "HostDSAKey": (["/etc/ssh/absent"], []),
    "HostCertificate": (["/etc/ssh/absent", "none"], ["\"\""]),
    "HostKeyAgent": (["none", "SSH_AUTH_SOCK", "/run/x", "ssh_auth_sock", "~/s"], ["\"\""]),
    "Banner": (FILES, WRONG_FILES),
    "XAuthLocation": (FILES, WRONG_FILES),
    "PidFile": (FILES, WRONG_FILES),
    "ModuliFile": (FILES, WRONG_FILES),
    "TrustedUserCAKeys": (FILES, WRONG_FILES),
    "RevokedKeys": (FILES, WRONG_FILES),
    "AuthorizedPrincipalsFile": (["none", ".ssh/principals", "~/p", "None", "/etc/p/%u", "~bob/p"], WRONG_FILES),
    "AuthorizedKeysFile": ([".ssh/authorized_keys", "/etc/keys/%u .ssh/k", "none", "~/k ~alice/k", "None x", "# x", "\"a b\""],
                           ["\"\"", "~unknown/k"]),
    "ChrootDirectory": (["/srv/%u", "none", "NONE", "~/x", "%h"], ["\"\"", "a b"]),
    "SecurityKeyProvider": (["internal", "/lib/x.so", "INTERNAL", "none", "~/x"], ["\"\"", "a b"]),
    "ForceCommand": (["internal-sftp", "/bin/echo \"a b\" # no comment", "none", "NONE", "# x", "= x", "a  b"], ["\"x", "'"]),
    "Subsystem": (["sftp /usr/lib/sftp-server -l INFO", "x /bin/true", "y internal-sftp", "'a b' /c"],
                  ["sftp", "\"\" x", "sftp \"\"", "# x"]),
    "AllowTcpForwarding": (["yes", "all", "local", "remote", "No"], ["both"]),
    "AllowStreamLocalForwarding": (["yes", "local", "ALL", "no"], ["x"]),
    "GatewayPorts": (["no", "clientspecified", "yes"], ["x"]),
    "Compression": (["yes", "delayed", "no"], ["zlib"]),
    "PermitTunnel": (["no", "ethernet", "point-to-point", "yes"], ["Yes", "x"]),
    "PermitUserEnvironment": (["yes", "no", "LANG,LC_*", "Yes", "NO"], ["\"\"", "yes no"]),
    "PermitOpen": (["any", "none", "host:80", "[::1]:443 *:22", "h:* x:ssh", ":80", "a:1 \"\"", "[h]:1", "[]:1"],
                   ["host", "any x", "h/80", "h:0", "h:x", "a:1 \"\" b:2", "[h:1", "a:1 any", "\"\""]),
    "PermitListen": (["any", "8080", "localhost:80 *:*", "*", "none", "http", "h:http 1 2"], ["x", "h:", "0", "none 1", "a/1", "80 x"]),
    "RekeyLimit": (["default", "1G", "512M 1h", "1.5K none", "default 2m", "16", "0", "default none", "1.999999K", "16b", "+20",
                    "1.K", ".K", "+1.999999K!", "7E", "0.5g 5"],
                   ["8", "1X", "1G x", "-1", "1.2.3K", "8E", "1KB", "\"\"", "1G none x", "99999999999999999999", "1G \"\"",
                    ".01K", "default # x 5 6 \""]),
    "MaxStartups": (["10:30:100", "5", "1:1:1", "5x", "7:50:9junk", "+4"], ["10:30", "100:30:10", "0", "x", "1:0:5", "1:101:5", "-1", "9:"]),
    "PerSourceMaxStartups": (["none", "5", "0"], ["x", "None", "-1", "\"\""]),
    "PerSourceNetBlockSize": (["32:128", "24:64", "0:0", "8:9x"], ["33", "24:129", "x", ":", "\"\"", "-1:5"]),
    "IPQoS": (["lowdelay throughput", "af21", "0x10 8", "none", "CS1 ef", "184", "le", "010", "0 255", "reliability none"],
              ["fast", "256", "-1", "\"\"", "af21 x", "af21 \"\"", "1 2 3"]),
    "VersionAddendum": (["none", "Debian", "a b # c", "NONE", "# x", "\"q q\""], ["a\rb"]),
    "AuthenticationMethods": (["any", "publickey", "publickey,password password", "publickey,keyboard-interactive:pam", "hostbased",
                               "none", "publickey:a:b", "gssapi-with-mic publickey", "password,password"],
                              ["telepathy", "publickey,", "any publickey", "\"\"", "publickey any", "Any", ",", ":x", "any any"]),
    "StreamLocalBindMask": (["0177", "022", "0", "777", "0177x", "+7", "40000000177"], ["8", "1777", "-1", "x", "\"\""]),
    "FingerprintHash": (["sha256", "MD5", "SHA512", "sha1"], ["crc", "\"\""]),
    "PubkeyAuthOptions": (["none", "touch-required", "verify-required Touch-Required", "none touch-required", "# x", "NONE"], ["x", "\"\""]),
    "IgnoreRhosts": (["yes", "no", "shosts-only"], ["x"]),
    "AuthorizedKeysCommand": (COMMANDS, WRONG_COMMANDS),
    "AuthorizedPrincipalsCommand": (COMMANDS, WRONG_COMMANDS),
    "AuthorizedKeysCommandUser": (["nobody", "none", "None"], ["\"\"", "a b"]),
    "AuthorizedPrincipalsCommandUser": (["nobody", "%u"], ["\"\""]),
    "ChannelTimeout": (["none", "session=5m", "a=1 b=2h", "*=0", "a=1 none", "# x", "a=1 a=2"],
                       ["session", "none a=1", "=5", "a=", "a=x", "\"\"", "a=1=2"]),
    "RDomain": ([], ["none", "x"]),
    "UsePAM": (FLAG, WRONG_FLAG),
    "DebianBanner": (FLAG, WRONG_FLAG),
}
for flag in ("PasswordAuthentication KbdInteractiveAuthentication ChallengeResponseAuthentication SkeyAuthentication "
             "PubkeyAuthentication DSAAuthentication HostbasedAuthentication PermitEmptyPasswords StrictModes X11Forwarding "
             "X11UseLocalhost PrintMotd PrintLastLog TCPKeepAlive KeepAlive AllowAgentForwarding DisableForwarding UseDNS "
             "PermitTTY PermitUserRC GSSAPIAuthentication KerberosAuthentication ExposeAuthInfo IgnoreUserKnownHosts "
             "StreamLocalBindUnlink HostbasedUsesNameFromPacketOnly KerberosOrLocalPasswd KerberosTicketCleanup "
             "GSSAPICleanupCredentials GSSAPICleanupCreds GSSAPIStrictAcceptorCheck GSSAPIKeyExchange "
             "GSSAPIStoreCredentialsOnRekey").split():
    VALUES[flag] = (FLAG, WRONG_FLAG)
IGNORED = """Protocol RSAAuthentication UsePrivilegeSeparation KeyRegenerationInterval ServerKeyBits RhostsAuthentication
    RhostsRSAAuthentication KerberosTgtPassing AFSTokenPassing KerberosGetAFSToken CheckMail UseLogin VerifyReverseMapping
    ReverseMappingCheck AuthorizedKeysFile2 PAMAuthenticationViaKbdInt PermitBlacklistedKeys GSSUseSessionCCache
    GSSAPIUseSessionCredCache""".split()
for name in IGNORED:
    VALUES[name] = (["2", "yes", "no", "junk x", "# c", "\"\""], ["\"x"])
GLOBAL_ONLY = set("""SyslogFacility LoginGraceTime Ciphers MACs KexAlgorithms HostKeyAlgorithms Port ListenAddress AddressFamily
    Subsystem Compression PermitUserEnvironment MaxStartups PerSourceMaxStartups PerSourceNetBlockSize VersionAddendum
    FingerprintHash PidFile ModuliFile XAuthLocation HostKey HostDSAKey HostCertificate HostKeyAgent SecurityKeyProvider
    DSAAuthentication UsePAM StrictModes PrintMotd PrintLastLog TCPKeepAlive KeepAlive UseDNS IgnoreUserKnownHosts
    KerberosOrLocalPasswd KerberosTicketCleanup GSSAPICleanupCredentials GSSAPICleanupCreds GSSAPIStrictAcceptorCheck
    GSSAPIKeyExchange GSSAPIStoreCredentialsOnRekey GSSAPIKexAlgorithms DebianBanner""".split()
                  + IGNORED) - {"RSAAuthentication", "RhostsRSAAuthentication", "AuthorizedKeysFile2"}
LOVED = ["PermitRootLogin", "PasswordAuthentication", "KbdInteractiveAuthentication", "MaxAuthTries", "AllowUsers", "X11Forwarding",
         "AuthorizedPrincipalsCommand", "AuthorizedKeysCommand", "AuthenticationMethods", "RekeyLimit", "UnusedConnectionTimeout"]
WHOLE_REST = {"ForceCommand", "VersionAddendum", "AuthorizedKeysCommand", "AuthorizedPrincipalsCommand"}

MATCHES = {
    "User": ["alice", "bob,backup", "*,!root", "sftp*", "ghost", "!root", "a?ice", "Alice", ",alice,", "!", "*e", "??b", "!a*,*"],
    "Group": ["wheel", "users,!wheel", "sftp", "*", "none", "!users,*", "empty", "w*,!nobody"],
    "Host": ["*.example.org", "HOST.example.org", "db.*,!db.internal", "*", "unknown", "!*.org,*"],
    "Address": ["10.0.0.0/8", "10.0.0.1", "192.168.*", "!10.0.0.1,10.0.0.0/8", "2001:db8::/32", "*", "fe80::1,192.0.2.1", "10.0/16",
                "0x0a000001", "0.0.0.0/0", "10.1.2.?", "*:*", "10.0.0.0/08", "!10.0.0.0/8,*", "::ffff:10.0.0.1", "FE80::1", "fe80:*"],
    "LocalAddress": ["10.0.0.254", "::1", "192.0.2.0/24", "!*", "*"],
    "LocalPort": ["22", "2222", "ssh", "+22", "0022", "\" 22\""],
    "RDomain": ["vrf1", "*", "!vrf1,*", "v*"],
}
WRONG_MATCHES = ["Match", "Match user", "Match all user bob", "Match user bob all", "Match exec x", "Match address 10.0.0.1/8",
                 "Match LocalPort x", "Match LocalPort 65536", "Match user=", "Match final", "Match localuser bob",
                 "Match user \"\"", "Match address 10.0.0.1,,10.0.0.2", "Match address !", "Match user bob x", "Match user bob '",
                 "Match all \"\" x", "Match user a \"\" b", "Match canonical", "Match invalid-user", "Match tagged x",
                 "Match localaddress 1.2.3.4/33", "Match # x", "Match user # x", "Match all=x", "Match all all", "Match all#"]
ODD_MATCHES = ["Match all", "match ALL # everybody", "Match All", "Match all \"\"", "Match user bob 'a\"b'", "Match user=bob=group users",
               "Match \"user\" \"bob\"", "Match user alice#x", "Match user a\"lice\"", "Match user bob # all", "Match=user=bob"]
ERRORS = ["NoSuchKeyword yes", "PermitRootLogin", "= x y", "\"PermitRootLogin no", "Host x", "UsePAM=", "PermitRootLogin no 'x",
          "\f", "\f# x", "=", "\"\"", "PermitRootLogin no\\", "Include", "PermitRootLogin #", "\\", "PermitRootLogin \"", "x\f",
          "Tag x", "\"\"#", "PermitRootLogin no \"\""]
HARMLESS = ["", "# comment", "   # indented", "\t", "#X yes \\", "\r", " \t ", "#\f", "=PermitTTY yes", "= PermitTTY no", "#\""]


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.errors = rng.random() < 0.2
        self.files = {}

    def setting(self, inside):
        pick = self.rng
        while True:
            name = pick.choice(LOVED) if pick.random() < 0.25 else pick.choice(list(VALUES))
            if inside and name in GLOBAL_ONLY and not (self.errors and pick.random() < 0.01):
                continue
            right, wrong = VALUES[name]
            if self.errors and wrong and pick.random() < 0.04:
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
        if name in WHOLE_REST:
            after = pick.choice(["", " ", " # c" if "/" in value else "", "\f"])
        line = pick.choice([""] * 6 + [" ", "\t", "    "]) + spelled + between + value + after
        if self.errors and pick.random() < 0.03:
            at = pick.randrange(len(line) + 1)
            line = line[:at] + pick.choice(" \t\"'\\=#,!*?@:[]/-+^%~0\f\r\xa0") + line[at + pick.choice([0, 0, 1]):]
        return line

    def match(self):
        pick = self.rng
        if pick.random() < 0.15:
            return pick.choice(ODD_MATCHES)
        if self.errors and pick.random() < 0.08:
            return pick.choice(WRONG_MATCHES)
        words = []
        for name in pick.sample(list(MATCHES), pick.choice([1, 1, 1, 2, 3])):
            pattern = pick.choice(MATCHES[name])
            if pick.random() < 0.1 and '"' not in pattern:
                pattern = f'"{pattern}"'
            words.append(pick.choice([name, name.lower()]) + pick.choice([" ", " ", " ", "=", "\t", " = "]) + pattern)
        return pick.choice(["", " "]) + "Match " + " ".join(words) + pick.choice(["", "", "", " # c", " ", "\r"])

    def include(self, level):
        pick = self.rng
        number = len(self.files)
        kind = pick.random()
        if self.errors and kind < 0.1:
            return pick.choice(["Include", "Include sshd_config", "Include \"\"", "Include dangling.conf", "Include x \"\"", "Include # x"])
        if kind < 0.3:
            return pick.choice(["Include none.d/*.conf", "Include /etc/ssh/absent", "Include ~/x", "Include emptydir", "Include [x", "Include \\\\x"])
        if level >= 2:
            return "Include none.d/*"
        if kind < 0.6:
            names = [f"d{number}/{letter}.conf" for letter in pick.sample("abcXY9", 2)]
            for name in names:
                self.files[name] = ""
            for name in names:
                self.files[name] = self.file(level + 1, pick.randrange(0, 6))
            return f"Include {pick.choice(['', '/etc/ssh/', '../ssh/'])}d{number}/{pick.choice(['*.conf', '*', '?.conf', '[a-z]*', '[!X]*'])}"
        name = f"extra{number}"
        self.files[name] = ""
        self.files[name] = self.file(level + 1, pick.randrange(0, 6))
        return pick.choice([f"Include {name}", f"include=\"{name}\"", f"Include {name} none.d/* # c", f"Include {name} {name}",
                            f"Include 'extr'{name[4:]}"])

    def file(self, level, count):
        pick = self.rng
        lines, inside = [], level > 0 and pick.random() < 0.5
        for _ in range(count):
            roll = pick.random()
            if roll < 0.1:
                lines.append(pick.choice(HARMLESS))
            elif roll < 0.2:
                lines.append(self.include(level))
            elif roll < 0.32 and count > 3:
                lines.append(self.match())
                inside = True
            elif self.errors and roll < 0.33:
                lines.append(pick.choice(ERRORS))
            else:
                lines.append(self.setting(inside))
        ending = pick.choice(["\n", "\n", "\n", "\r\n"])
        return ending.join(lines) + (ending if pick.random() < 0.8 else "")

    def tree(self):
        self.files["sshd_config"] = ""
        # a command without its user is refused; most trees are to be more interesting
        start = "AuthorizedKeysCommandUser nobody\nAuthorizedPrincipalsCommandUser nobody\n" if self.rng.random() < 0.7 else ""
        self.files["sshd_config"] = start + self.file(0, self.rng.randrange(1, 30))
        return self.files
