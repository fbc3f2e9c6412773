(* Every_line.holds LINE proves that the lens LINE accepts every line there can be, so that parsing cannot fail. It is the
   union of the lines that LINE leaves over (and the letter X, since Augeas has no name for "nothing") with all lines: the
   type checker refuses a union of two lenses that accept a line in common. *)
module Every_line =
  let holds (line:lens) =
    [ label "left" . del (/[^\n]*\n|X/ - lens_ctype line) "X" ] | [ label "all" . del /[^\n]*\n/ "\n" ]

  (* parser.c does not show the lens lines that are blank or begin with INDENT and a '#'. Every_line.silent INDENT SAID
     proves that none of them is a line of SAID, the other kinds of lines. *)
  let silent (indent:regexp) (said:lens) =
    [ label "silent" . del (indent . /(#[^\n]*)?\n/) "\n" ] | [ label "said" . del (lens_ctype said | /X/) "X" ]
