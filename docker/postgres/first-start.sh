#!/bin/bash
# Run once by PostgreSQL's entry point, when the cluster has just been made: the roles, then the repository of backups.
set -euo pipefail
. /usr/local/lib/ledgerflow/common.sh
lf-roles
# A repository that outlived its cluster takes the new one as its next; what it holds stays restorable.
pgbackrest --stanza=ledgerflow --no-online stanza-create || pgbackrest --stanza=ledgerflow --no-online stanza-upgrade
# Young backups of another cluster lead to no second of this one: the first is due at once.
rm -f "$REPOSITORY/newest-full" "$REPOSITORY/newest-any" "$REPOSITORY/live-line"
