"""Whether workers are at work, as PostgreSQL knows it. Without Django, because health checks ask every few seconds."""

#: Under this name PostgreSQL lists one connection of each worker for backups alone.
KEEPER = "ledgerflow keeper"

#: A worker for what people wait for gave a sign of life (each two seconds) within half a minute. The signs tell nothing
#: of queues, so those of the workers for backups alone are taken off.
WORKER_IS_ALIVE = f"""
    SELECT (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds') > count(*)
    FROM pg_stat_activity WHERE application_name = '{KEEPER}' AND datname = current_database()
"""  # noqa: S608 - composed of the constant above
#: A worker for backups alone is connected.
KEEPER_IS_ALIVE = f"""
    SELECT EXISTS (
        SELECT FROM pg_stat_activity WHERE application_name = '{KEEPER}' AND datname = current_database()
    )
"""  # noqa: S608 - composed of the constant above
