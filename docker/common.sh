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
