#!/bin/bash
# Take the database of an installation back to a time: restored beside the live one, verified, compared, then swapped in.
#
#   docker/restore.sh dev|prod --to "2026-11-23 14:05:00"|latest    all of it; asks before the swap
#   docker/restore.sh dev|prod --to ... --only-beside               stops before the swap; the live database is not touched
#   docker/restore.sh dev|prod --swap                               goes on from there
#   docker/restore.sh dev|prod --discard                            or removes what was restored beside
#   docker/restore.sh dev|prod --drill [--to ...]                   proves that it would work: restores beside, verifies, removes
#
# Times are UTC unless they name a zone. The typed name of the database is read from standard input.
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/common.sh
choose "${1:-}"
shift
to="" step=all
while [ $# -gt 0 ]; do
  case $1 in
    --to) [ -n "${2:-}" ] || fail "--to needs a time, or latest."; to=$2; shift 2 ;;
    --only-beside | --swap | --discard | --drill) step=${1#--}; shift ;;
    *) fail "unknown: $1" ;;
  esac
done
case $step in
  drill) to=${to:-latest} ;;
  all | only-beside) [ -n "$to" ] || fail "say which time with --to, or --to latest." ;;
  *) [ -z "$to" ] || fail "--$step takes no time." ;;
esac

in_one_off() { compose run --rm --no-deps --no-TTY postgres "$@"; }

end_serving() { compose --profile restore rm --stop --force beside >/dev/null 2>&1 || true; }

restore_beside() {
  local app_url owner_url live restored
  in_one_off lf-restore beside --to "$to"
  compose --profile restore up --detach --no-deps --wait beside
  app_url=$(sed -n 's/^DATABASE_URL=//p' ".env.$kind" | sed 's/@postgres:/@beside:/')
  # As the owner too, because an older state may have migrations to come.
  owner_url=$(sed -n 's/^DATABASE_OWNER_URL=//p' ".env.$kind" | sed 's/@postgres:/@beside:/')
  DATABASE_URL=$app_url DATABASE_OWNER_URL=$owner_url compose run --rm --no-deps --no-TTY \
    -e DATABASE_URL -e DATABASE_OWNER_URL migrate ledgerflow verify --format table
  restored=$(compose --profile restore exec --no-TTY beside lf-restore summary)
  live=$(compose exec --no-TTY postgres lf-restore summary 2>/dev/null || echo "(the live database does not answer)")
  end_serving
  in_one_off lf-restore accept
  echo "Entries by book (book|entries|last number|newest day): '<' is live now, '>' is what was restored."
  diff <(printf '%s\n' "$live") <(printf '%s\n' "$restored") && echo "No difference."
  return 0
}

swap() {
  local typed started=$SECONDS
  in_one_off lf-restore state
  read -r -p "Type the name of the database to put the restored one in its place: " typed || typed=""
  [ "$typed" = ledgerflow ] || fail "'$typed' is not the name of the database; the live one stays, and so does what lies beside."
  started=$SECONDS
  compose stop django worker keeper backup
  compose stop postgres
  in_one_off lf-restore swap
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
    held=yes
    # In a process of its own: before `||` a function would go on after its first error.
    docker/restore.sh "$kind" --only-beside --to "$to" || held=no
    in_one_off lf-restore discard
    [ "$held" = yes ] || fail "it did not hold; the lines above say why."
    echo "It holds: restored beside, every page checked, every book verified, in $SECONDS s." ;;
  swap) swap ;;
  discard) in_one_off lf-restore discard ;;
esac
