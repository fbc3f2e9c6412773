(* portsentry.conf: NAME="value". What stands behind the second quote says nothing. How portsentry finds a name in a line is
   its own affair (portsentry.c of the models): a line of another form may still count. *)
module Portsentry =
  let blank   = [ label "blank" ]
  let comment = [ label "comment" . store /#[^\n]*/ ]
  let name    = store /[A-Z][A-Z0-9_]*/ . del /[ \t]*=[ \t]*"/ "=\""
  let value   = [ label "value" . store /[^"\n]+/ ]?
  let setting = [ label "setting" . name . value . del /("[^\n]*)?/ "\"" ]
  let other   = [ label "other" . store /[^#A-Z\n][^\n]*|[A-Z][A-Z0-9_]*([^A-Z0-9_ \t=\n][^\n]*|[ \t]+([^ \t=\n][^\n]*)?|[ \t]*=[ \t]*([^ \t"\n][^\n]*)?)?/ ]
  let line    = (blank | comment | setting | other) . del "\n" "\n"
  let lns     = line*
