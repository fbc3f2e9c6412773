module Test_cisco_acl =
  let lns = Cisco_acl.lns
  let _ = Every_line.holds Cisco_acl.line
  let _ = Every_line.silent /[ \t\r\f]*/ (Cisco_acl.ws . Cisco_acl.setting . del "\n" "\n")
  test lns get "access-list 150 permit tcp any host 192.168.2.35 eq 110\n!\ninterface FastEthernet 0/0\n ip access-group 150 in\r\n" =
    { "setting" = "access-list" { "value" = "150 permit tcp any host 192.168.2.35 eq 110" } }
    { "comment" = "!" }
    { "setting" = "interface" { "value" = "FastEthernet 0/0" } }
    { "setting" = "ip" { "value" = "access-group 150 in\r" } }
  test lns get "\n end \nshutdown\n# x\n 10 permit any!\n\x7f\n" =
    { "blank" } { "setting" = "end" } { "setting" = "shutdown" } { "comment" = "# x" }
    { "setting" = "10" { "value" = "permit any!" } } { "setting" = "\x7f" }
