#!/bin/bash
# Write .env.dev or .env.prod from .env.example, with secrets of its own. A file that is there stays as it is.
#
#   docker/make_env.sh dev|prod [ADDRESS]
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-}
case $kind in
  dev) url=${2:-http://localhost:${WEB_PORT:-9000}} debug=1 ;;
  prod) url=${2:-https://books.example.org} debug=0 ;;
  *) echo "make_env.sh: say which: dev or prod." >&2; exit 2 ;;
esac
file=.env.$kind
if [ -e "$file" ]; then
  echo "$file is there already and stays as it is."
  exit 0
fi

secret() {  # 48 characters that need quoting nowhere
  local made
  made=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
  [ "${#made}" = 48 ] || { echo "make_env.sh: /dev/urandom gives nothing." >&2; exit 1; }
  printf '%s' "$made"
}

owner=$(secret) app=$(secret) backup=$(secret)
umask 077
draft=$(mktemp "$file.XXXXXX")
trap 'rm -f "$draft"' EXIT
while IFS= read -r line; do
  case $line in
    '# DEBUG='*) line="DEBUG=$debug" ;;
    '# SECRET_KEY='*) line="SECRET_KEY=$(secret)$(secret)" ;;
    '# LEDGERFLOW_URL='*) line="LEDGERFLOW_URL=$url" ;;
    '# DATABASE_URL='*) line="DATABASE_URL=postgresql://lf_app:$app@postgres:5432/ledgerflow" ;;
    '# DATABASE_OWNER_URL='*) line="DATABASE_OWNER_URL=postgresql://lf_owner:$owner@postgres:5432/ledgerflow" ;;
    '# DATABASE_BACKUP_URL='*) line="DATABASE_BACKUP_URL=postgresql://lf_backup:$backup@postgres:5432/ledgerflow" ;;
    '# LEDGERFLOW_BACKUP_DIR='*) line="LEDGERFLOW_BACKUP_DIR=/backups" ;;
    '# LOG_FORMAT='*) [ "$kind" = dev ] || line="LOG_FORMAT=json" ;;
    '# REDIS_URL='*) line="REDIS_URL=redis://redis:6379/0" ;;
    LF_OWNER_PASSWORD=*) line="LF_OWNER_PASSWORD=$owner" ;;
    LF_APP_PASSWORD=*) line="LF_APP_PASSWORD=$app" ;;
    LF_BACKUP_PASSWORD=*) line="LF_BACKUP_PASSWORD=$backup" ;;
    *=change-me) line="${line%%=*}=$(secret)" ;;
  esac
  printf '%s\n' "$line"
done <.env.example >"$draft"
mv "$draft" "$file"
trap - EXIT
echo "$file was made, with secrets of its own. It is not in git: keep a copy where backups cannot burn with it."
if [ "$url" = https://books.example.org ]; then
  echo "Set LEDGERFLOW_URL in it to the address that people will use; LedgerFlow does not start with the example's."
fi
