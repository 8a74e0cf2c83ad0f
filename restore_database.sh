#!/usr/bin/env bash
# Books out of a dump: restore_database.sh FILE|latest [--env dev|prod|embedded] [--drop-existing] [--yes] [--identity FILE].
# It restores beside the live database and verifies there; see docs/operations/backup.md.
set -euo pipefail

usage() {
  echo "usage: restore_database.sh FILE|latest [--env dev|prod|embedded] [--drop-existing] [--yes] [--identity FILE]" >&2
  exit 2
}

where=embedded
dump=
key=
options=()
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
    --drop-existing | --yes | --dry-run)
      options+=("$1")
      shift
      ;;
    --confirm)
      [ $# -ge 2 ] || usage
      options+=("$1" "$2")
      shift 2
      ;;
    --identity)
      [ $# -ge 2 ] || usage
      # Named from where the person stands.
      key=$(realpath "$2")
      shift 2
      ;;
    -*) usage ;;
    *)
      [ -z "$dump" ] || usage
      dump=$1
      shift
      ;;
  esac
done
[ -n "$dump" ] || usage

case "$where" in
  dev | prod)
    # The containers see the folder of backups under another path, but the same names in it.
    folder=$(cd "$(dirname "$0")" && pwd)/archives/docker_archive/database_backups
    if [ -f "$dump" ] && ! [ "$(realpath "$dump")" -ef "$folder/$(basename "$dump")" ]; then
      echo "restore_database.sh: put $dump, its manifest (.json) and its documents into $folder first." >&2
      exit 1
    fi
    [ "$dump" = latest ] || dump=$(basename "$dump")
    cd "$(dirname "$0")"
    . docker/common.sh
    choose "$where"
    mounted=() identity=
    [ -z "$key" ] || mount_identity "$key"
    # Only this service and `keeper` know the owner of the database.
    restoring=(${mounted[@]+"${mounted[@]}"} migrate ledgerflow restore --dumps --to "$dump")
    restoring+=(${options[@]+"${options[@]}"} ${identity:+--identity "$identity"})
    if [ -t 0 ]; then
      compose_asking run --rm "${restoring[@]}"
    else
      compose run --rm --no-TTY "${restoring[@]}"
    fi
    ;;
  embedded)
    # Named from where the person stands; a bare name is looked for in the folder of backups too.
    [ ! -f "$dump" ] || dump=$(realpath "$dump")
    cd "$(dirname "$0")"
    export LEDGERFLOW_DATA_DIR="${LEDGERFLOW_DATA_DIR:-./var}"
    exec .venv/bin/ledgerflow restore --dumps --to "$dump" ${options[@]+"${options[@]}"} ${key:+--identity "$key"}
    ;;
  *) usage ;;
esac
