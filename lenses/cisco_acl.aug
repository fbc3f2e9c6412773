(* The text of a Cisco router, as `show running-config` prints it: the first word of a line and what follows it. Which lines
   belong to an access list or an interface the lines before them tell. A '#' begins no line of IOS; it is read as '!' is. *)
module Cisco_acl =
  let ws      = del /[ \t\r\f]*/ ""
  let blank   = [ label "blank" ]
  let comment = [ label "comment" . store /[!#][^\n]*/ ]
  let rest    = del /[ \t\r\f]+/ " " . [ label "value" . store /[^ \t\r\f\n][^\n]*/ ]
  let setting = [ label "setting" . store /[^ \t\r\f\n!#][^ \t\r\f\n]*/ . (rest | ws) ]
  let line    = ws . (blank | comment | setting) . del "\n" "\n"
  let lns     = line*
