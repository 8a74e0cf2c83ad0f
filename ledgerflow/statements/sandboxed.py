"""The one warm child process in which files from people are read and unpacked."""

from ledgerflow.toolbox.sandbox import Sandbox

SANDBOX = Sandbox("ledgerflow.toolbox.readers")
