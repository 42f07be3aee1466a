"""The embedded PostgreSQL: the wheel's programs under a launcher of our own.

A program that opens the register holds a shared lock; a small *keeper* process starts the server, watches it
and stops it when the last program's lock is gone. Locks are the kernel's (flock), so whoever is killed lets
go. The server listens on one socket in a private directory and answers to one system user (peer check);
run by root it serves under an account of its own. Only this folder knows about pids, signals and accounts.
"""

from __future__ import annotations

from yibao.store.embedded.account import opening_account
from yibao.store.embedded.binaries import Binaries, find_binaries
from yibao.store.embedded.launcher import Address, EmbeddedServer, stop_server

__all__ = ["Address", "Binaries", "EmbeddedServer", "find_binaries", "opening_account", "stop_server"]
