module Test_sshd_settings =
  let lns = Sshd_settings.lns
  let _ = Every_line.holds Sshd_settings.line
  let _ = Every_line.silent /[ \t\r\f]*/ (del /[ \t\r\f]*/ "" . (Sshd_settings.setting | Sshd_settings.other) . del "\n" "\n")
  test lns get "PermitRootLogin no\n" = { "setting" = "PermitRootLogin" { "value" = "no" } }
  test lns get " Port=22 # c\r\n" = { "setting" = "Port" { "value" = "22 # c\r" } }
  test lns get "permitrootlogin = yes\n" = { "setting" = "permitrootlogin" { "value" = "yes" } }
  test lns get "Match all\n\tX11Forwarding no\n" =
    { "setting" = "Match" { "value" = "all" } } { "setting" = "X11Forwarding" { "value" = "no" } }
  test lns get "Banner \"a b\"\n" = { "setting" = "Banner" { "value" = "\"a b\"" } }
  test lns get "Port\nPort=\nPort \n" = { "setting" = "Port" } { "setting" = "Port" } { "setting" = "Port" }
  test lns get "# c\n  \n\n=x\nPort==1\n\xef\xbb\xbfPort 1\n" =
    { "comment" = "# c" } { "blank" } { "blank" } { "other" = "=x" } { "other" = "Port==1" }
    { "other" = "\xef\xbb\xbfPort 1" }
