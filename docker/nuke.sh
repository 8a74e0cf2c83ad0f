#!/bin/bash
# Remove an installation's database and documents, after the typed name and a verified backup. Nothing else removes them.
#
#   docker/nuke.sh dev|prod
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/common.sh
choose "${1:-}"

if [ ! -x ./backup_database.sh ]; then
  fail "backup_database.sh is not here, so no backup can be made first, and nothing is removed."
fi
echo "This removes the database and the documents of '$project': volumes ${project}_postgres and ${project}_media."
echo "A backup is made and verified first; the repository of pgBackRest (${project}_pgbackrest) stays."
read -r -p "Type the name of the database to go on: " typed || typed=""
if [ "$typed" != ledgerflow ]; then
  fail "'$typed' is not the name of the database; nothing was removed."
fi
compose up --detach --wait
if ! ./backup_database.sh --env "$kind"; then
  fail "the backup failed, so nothing was removed."
fi
made=$(find archives/docker_archive/database_backups -maxdepth 1 -name 'ledgerflow-*.sql.gz*' | sort | tail -1)
[ -n "$made" ] || fail "the backup is not where it should be, so nothing was removed."
compose --profile '*' down --remove-orphans
docker volume rm "${project}_postgres" "${project}_media"
echo "Removed. \`make $kind\` begins anew; this brings the books back:"
echo "  ./restore_database.sh --env $kind ${made##*/}"
