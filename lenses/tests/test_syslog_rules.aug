module Test_syslog_rules =
  let lns = Syslog_rules.lns
  let _ = Every_line.holds Syslog_rules.line
  let _ = Every_line.silent /[ \t\r]*/ (del /[ \t\r]*/ "" . (Syslog_rules.start "directive" /\$/ | Syslog_rules.start "filter" /:/ | Syslog_rules.start "also" /&/
      | Syslog_rules.start "block" /[-+!]/ | Syslog_rules.rule | Syslog_rules.other) . del "\n" "\n")
  test lns get "*.info;mail.none\t-/var/log/messages\n" =
    { "rule" { "selector" = "*.info;mail.none" } { "action" = "-/var/log/messages" } }
  test lns get " kern.=debug,!err  @@(z9)log.isp.net:514;Format\r\n" =
    { "rule" { "selector" = "kern.=debug,!err" } { "action" = "@@(z9)log.isp.net:514;Format\r" } }
  test lns get "*.info;\v\v\vmail.none  -/var/log/x\n" =
    { "rule" { "selector" = "*.info;\v\v\vmail.none" } { "action" = "-/var/log/x" } }
  test lns get "$IncludeConfig /etc/rsyslog.d/*.conf\n:msg, contains, \"x\" ~\n& stop\n!prog\n+host\n-host\n" =
    { "directive" = "$IncludeConfig /etc/rsyslog.d/*.conf" } { "filter" = ":msg, contains, \"x\" ~" }
    { "also" = "& stop" } { "block" = "!prog" } { "block" = "+host" } { "block" = "-host" }
  test lns get "if $msg then {\nmodule(load=\"imuxsock\")\n}\n# c\n\nkern.*\n" =
    { "other" = "if $msg then {" } { "other" = "module(load=\"imuxsock\")" } { "other" = "}" } { "comment" = "# c" }
    { "blank" } { "other" = "kern.*" }
