module Test_xinetd_lines =
  let lns = Xinetd_lines.lns
  let _ = Every_line.holds Xinetd_lines.line
  let _ = Every_line.silent /[ \t\r]*/ (del /[ \t\r]*/ "" . (Xinetd_lines.brace | Xinetd_lines.entry | Xinetd_lines.attr | Xinetd_lines.other) . del "\n" "\n")
  test lns get "service shell\n{\n\tdisable\t= no\n\tflags += REUSE\n}\n" =
    { "entry" = "service" { "name" = "shell" } } { "brace" = "{" }
    { "attribute" = "disable" { "op" = "=" } { "value" = "no" } }
    { "attribute" = "flags" { "op" = "+=" } { "value" = "REUSE" } } { "brace" = "}" }
  test lns get "defaults\r\nincludedir /etc/xinetd.d\n disable =\n" =
    { "entry" = "defaults" } { "entry" = "includedir" { "name" = "/etc/xinetd.d" } }
    { "attribute" = "disable" { "op" = "=" } }
  test lns get "{ disable = yes\nservice x {\n# c\n\n-\n" =
    { "other" = "{ disable = yes" } { "entry" = "service" { "name" = "x {" } } { "comment" = "# c" } { "blank" }
    { "other" = "-" }
