module Test_access_rules =
  let lns = Access_rules.lns
  let _ = Every_line.holds Access_rules.line
  let _ = Every_line.silent "" ((Access_rules.rule | Access_rules.other) . del "\n" "\n")
  test lns get "-:ALL EXCEPT root:LOCAL\n" =
    { "rule" = "-" { "users" = "ALL EXCEPT root" } { "origins" = "LOCAL" } }
  test lns get "+ : (wheel), DOM+user user$ : 10.0.0.0/8 2001:db8::/32 # c\r\n" =
    { "rule" = "+ " { "users" = " (wheel), DOM+user user$ " } { "origins" = " 10.0.0.0/8 2001:db8::/32 # c\r" } }
  test lns get " +:ALL:ALL\n" = { "rule" = " +" { "users" = "ALL" } { "origins" = "ALL" } }
  test lns get "# -:ALL:ALL\n\n-:ALL\n-::ALL\n:a:b\n-:a:\n" =
    { "comment" = "# -:ALL:ALL" } { "blank" } { "other" = "-:ALL" } { "other" = "-::ALL" } { "other" = ":a:b" }
    { "other" = "-:a:" }
