#!/bin/sh
# logcheck.sh: a log file checker by Craig Rowland of Psionic
SYSADMIN=root
