"""Runs a program in a terminal of 200 columns and copies what it shows: in-terminal.py PROGRAM ARG..."""

import fcntl
import os
import pty
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
while True:
    try:
        shown = os.read(terminal, 65536)
    except OSError:  # How Linux tells that the program has closed its terminal.
        break
    if not shown:
        break
    os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
