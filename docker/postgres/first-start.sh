#!/bin/bash
# Run once by PostgreSQL's entry point, when the cluster has just been made: the roles, then the repository of backups.
set -euo pipefail
lf-roles
# A repository that outlived its cluster takes the new one as its next; what it holds stays restorable.
pgbackrest --stanza=ledgerflow --no-online stanza-create || pgbackrest --stanza=ledgerflow --no-online stanza-upgrade
