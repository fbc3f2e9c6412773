module Test_portsentry =
  let lns = Portsentry.lns
  let _ = Every_line.holds Portsentry.line
  let _ = Every_line.silent "" ((Portsentry.setting | Portsentry.other) . del "\n" "\n")
  test lns get "TCP_PORTS=\"1,11\"\nRESOLVE_HOST = \"0\" # none\nPORT_BANNER=\"\"\n" =
    { "setting" = "TCP_PORTS" { "value" = "1,11" } } { "setting" = "RESOLVE_HOST" { "value" = "0" } }
    { "setting" = "PORT_BANNER" }
  test lns get "# TCP_PORTS=\"1\"\n\nKILL_ROUTE=\"/sbin/route add\n TCP_PORTS=\"1\"\nBLOCK_TCP=1\n" =
    { "comment" = "# TCP_PORTS=\"1\"" } { "blank" } { "setting" = "KILL_ROUTE" { "value" = "/sbin/route add" } }
    { "other" = " TCP_PORTS=\"1\"" } { "other" = "BLOCK_TCP=1" }
