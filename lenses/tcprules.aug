(* tcprules(1): KEY:ACTION, split at the first colon. The key may be empty; blanks are bytes like any other, but for those
   that end the line. Of a line without a colon tcprules says nothing. *)
module Tcprules =
  let blank   = [ label "blank" ]
  let comment = [ label "comment" . store /#[^\n]*/ ]
  let rule    = [ label "rule" . (store /[^#:\n][^:\n]*/)? . del ":" ":" . [ label "action" . store /[^\n]+/ ]? ]
  let other   = [ label "other" . store /[^#:\n][^:\n]*/ ]
  let line    = (blank | comment | rule | other) . del "\n" "\n"
  let lns     = line*
