#!/bin/bash
# Take the database of an installation back to a time: restored beside the live one, verified, compared, then swapped in.
#
#   docker/restore.sh dev|prod --to "2026-11-23 14:05:00"|latest    all of it; asks before the swap
#   docker/restore.sh dev|prod --to ... --only-beside               stops before the swap; the live database is not touched
#   docker/restore.sh dev|prod --swap                               goes on from there
#   docker/restore.sh dev|prod --discard                            or removes what was restored beside
#   docker/restore.sh dev|prod --drill [--to ...]                   proves that it would work: restores beside, verifies, removes
#
# --identity FILE is the private key of encrypted dumps, for documents that nothing else holds any more.
# Times are UTC unless they name a zone. The typed name of the database is read from standard input.
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/common.sh
choose "${1:-}"
shift
to="" step=all identity="" mounted=() passed=()
while [ $# -gt 0 ]; do
  case $1 in
    --to) [ -n "${2:-}" ] || fail "--to needs a time, or latest."; to=$2; shift 2 ;;
    --identity) [ -n "${2:-}" ] || fail "--identity needs a file."; passed=(--identity "$2"); mount_identity "$2"; shift 2 ;;
    --only-beside | --swap | --discard | --drill) step=${1#--}; shift ;;
    *) fail "unknown: $1" ;;
  esac
done
case $step in
  drill) ;;
  all | only-beside) [ -n "$to" ] || fail "say which time with --to, or --to latest." ;;
  *) [ -z "$to" ] || fail "--$step takes no time." ;;
esac

in_one_off() { compose run --rm --no-deps --no-TTY postgres "$@"; }

end_serving() { compose --profile restore rm --stop --force beside >/dev/null 2>&1 || true; }

in_migrate() {  # what migrate does, in the database that is served beside; as the owner too, for migrations to come
  DATABASE_URL=$(sed -n 's/^DATABASE_URL=//p' ".env.$kind" | sed 's/@postgres:/@beside:/') \
    DATABASE_OWNER_URL=$(sed -n 's/^DATABASE_OWNER_URL=//p' ".env.$kind" | sed 's/@postgres:/@beside:/') \
    compose run --rm --no-deps --no-TTY ${mounted[@]+"${mounted[@]}"} \
    -e DATABASE_URL -e DATABASE_OWNER_URL -e LEDGERFLOW_AUTOMATIC_BACKUPS=0 migrate ledgerflow "$@"
}

restore_beside() {
  local live restored
  in_one_off lf-restore beside --to "$to"
  compose --profile restore up --detach --no-deps --wait beside
  # A book that was purged since took the files of its documents with it; dumps may hold them.
  in_migrate backup documents ${identity:+--identity "$identity"}
  in_migrate verify --format table
  restored=$(compose --profile restore exec --no-TTY beside lf-restore summary)
  live=$(compose exec --no-TTY postgres lf-restore summary 2>/dev/null || echo "(the live database does not answer)")
  end_serving
  in_one_off lf-restore accept
  echo "Entries by book (book|entries|last number|newest day): '<' is live now, '>' is what was restored."
  diff <(printf '%s\n' "$live") <(printf '%s\n' "$restored") && echo "No difference."
  return 0
}

start_again() {
  echo "restore.sh: nothing was swapped; the live one is started again." >&2
  compose up --detach --wait >&2
}

swap() {
  local typed state started
  state=$(in_one_off lf-restore state)
  printf '%s\n' "$state"
  grep -q '^verified=yes' <<<"$state" \
    || fail "what was restored was not verified; remove it with --discard and restore again. Nothing was stopped."
  read -r -p "Type the name of the database to put the restored one in its place: " typed || typed=""
  [ "$typed" = ledgerflow ] || fail "'$typed' is not the name of the database; the live one stays, and so does what lies beside."
  started=$SECONDS
  trap start_again EXIT
  compose stop django worker keeper backup
  compose stop postgres
  in_one_off lf-restore swap
  trap end_serving EXIT
  compose up --detach --wait
  echo "Swapped; LedgerFlow was away for $((SECONDS - started)) s. What was live is kept beside for seven days."
}

trap end_serving EXIT
case $step in
  all)
    restore_beside
    swap ;;
  only-beside) restore_beside ;;
  drill)
    # What somebody restored before is theirs; it is refused, and stays.
    if in_one_off lf-restore state 2>/dev/null; then
      fail "a cluster was restored before; swap it in, or remove it with --discard."
    fi
    # Any second of the last day, so that backups and the WAL between them are proved, and not their end alone.
    [ -n "$to" ] || to=$(in_one_off lf-restore random)
    echo "The moment to prove: $to"
    held=true
    # In a process of its own: before `||` a function would go on after its first error.
    docker/restore.sh "$kind" --only-beside --to "$to" ${passed[@]+"${passed[@]}"} || held=false
    in_one_off lf-restore discard
    [ "$to" = latest ] && moment=$(date -u '+%F %T') || moment=$to
    in_one_off lf-restore drilled "$moment" "$held"
    [ "$held" = true ] || fail "it did not hold; the lines above say why."
    echo "It holds: restored beside, every page checked, every book verified, in $SECONDS s." ;;
  swap) swap ;;
  discard) in_one_off lf-restore discard ;;
esac
