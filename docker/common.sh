# What the scripts beside this one share; sourced, never run.
fail() {  # one sentence, then the end
  echo "${0##*/}: $*" >&2
  exit 1
}

choose() {  # choose dev|prod: sets kind and project, from COMPOSE_PROJECT_NAME where that is set
  kind=$1
  case $kind in dev | prod) ;; *) fail "say which installation: dev or prod." ;; esac
  project=${COMPOSE_PROJECT_NAME:-ledgerflow-$kind}
  [ -e ".env.$kind" ] || fail ".env.$kind is missing; \`make env ENV=$kind\` makes it."
}

compose_asking() {
  docker compose --project-name "$project" --file "docker-compose.$kind.yml" --env-file ".env.$kind" "$@"
}

compose() { compose_asking "$@" </dev/null; }  # without standard input, which holds what a person types

mount_identity() {  # mount_identity FILE: sets identity, where `compose run` with what it sets in mounted shows the private key
  [ -f "$1" ] || fail "$1 is no file; --identity names the private key of encrypted dumps."
  identity=/run/identity mounted=(--volume "$(realpath "$1"):/run/identity:ro")
}
