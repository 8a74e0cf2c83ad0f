#!/usr/bin/env bash
# A verified backup: backup_database.sh [--env dev|prod|embedded]. See docs/operations/backup.md.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  echo "usage: backup_database.sh [--env dev|prod|embedded]" >&2
  exit 2
}

where=embedded
while [ $# -gt 0 ]; do
  case "$1" in
    --env)
      [ $# -ge 2 ] || usage
      where=$2
      shift 2
      ;;
    --env=*)
      where=${1#--env=}
      shift
      ;;
    *) usage ;;
  esac
done

case "$where" in
  dev | prod)
    . docker/common.sh
    choose "$where"
    # Only this service and `keeper` know the owner of the database and may write where dumps lie.
    compose run --rm --no-TTY migrate ledgerflow backup create
    ;;
  embedded)
    # A checkout keeps its data where `make up` does.
    export LEDGERFLOW_DATA_DIR="${LEDGERFLOW_DATA_DIR:-./var}"
    exec .venv/bin/ledgerflow backup create
    ;;
  *) usage ;;
esac
