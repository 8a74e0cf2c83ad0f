# What the scripts of this image share; sourced, never run.
STANZA=ledgerflow
SUPERUSER=ledgerflow
DATABASE=ledgerflow
LIVE=/var/lib/postgresql/data/live
BESIDE=/var/lib/postgresql/data/beside
REPOSITORY=/var/lib/pgbackrest
STANDING=/standing

fail() {  # one sentence, then the end
  echo "${0##*/}: $*" >&2
  exit 1
}

as_postgres() {  # go on as the user postgres where root started this script
  if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
}

require_secrets() {  # refuse passwords that are missing, short or an example's
  local name value lower
  for name in "$@"; do
    value=${!name:-}
    lower=${value,,}
    case $lower in
      *change-me* | *changeme* | *change_me* | *password* | *example* | *secret* | *postgres* | *ledgerflow*)
        fail "$name is an example's; \`make env\` makes good ones." ;;
    esac
    if [ "${#value}" -lt 16 ]; then
      fail "$name has less than 16 characters; \`make env\` makes good ones."
    fi
  done
}

age_of() {  # seconds since a mark in the repository was made; empty if never
  local mark=$REPOSITORY/$1
  [ -e "$mark" ] && echo $(($(date +%s) - $(stat -c %Y "$mark"))) || true
}
