module Test_tcprules =
  let lns = Tcprules.lns
  let _ = Every_line.holds Tcprules.line
  let _ = Every_line.silent "" ((Tcprules.rule | Tcprules.other) . del "\n" "\n")
  test lns get "192.168.1.30:allow\n:deny\n" =
    { "rule" = "192.168.1.30" { "action" = "allow" } } { "rule" { "action" = "deny" } }
  test lns get "a@=b.org:allow,RELAYCLIENT=\":\" \n=.c d:\n::x\n" =
    { "rule" = "a@=b.org" { "action" = "allow,RELAYCLIENT=\":\" " } } { "rule" = "=.c d" } { "rule" { "action" = ":x" } }
  test lns get "# 1.:allow\n #:deny\n\n1.2.3.4 allow\n\t\n" =
    { "comment" = "# 1.:allow" } { "rule" = " #" { "action" = "deny" } } { "blank" } { "other" = "1.2.3.4 allow" }
    { "other" = "\t" }
