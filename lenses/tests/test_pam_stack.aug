module Test_pam_stack =
  let lns = Pam_stack.lns
  let _ = Every_line.holds Pam_stack.line
  let _ = Every_line.silent /[ \t\r]*/ (del /[ \t\r]*/ "" . (Pam_stack.include | Pam_stack.rule | Pam_stack.other) . del "\n" "\n")
  test lns get "account required pam_access.so nodefgroup\n" =
    { "rule" = "account" { "control" = "required" } { "module" = "pam_access.so nodefgroup" } }
  test lns get "-auth\t[success=1 default=ignore]\tpam_unix.so\r\n" =
    { "rule" = "-auth" { "control" = "[success=1 default=ignore]" } { "module" = "pam_unix.so\r" } }
  test lns get "@include common-account\n# c\n\nauth\nauth required\nauth [x pam_y.so\n" =
    { "include" = "@include common-account" } { "comment" = "# c" } { "blank" } { "other" = "auth" }
    { "other" = "auth required" } { "other" = "auth [x pam_y.so" }
