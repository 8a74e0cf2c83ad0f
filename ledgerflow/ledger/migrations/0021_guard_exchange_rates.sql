-- Digits after the decimal mark by currency, as ledgerflow.core.money has them; a test compares the two.
CREATE FUNCTION ledger_minor_digits(currency text) RETURNS integer
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS
$$
    SELECT CASE
        WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX',
                             'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN currency IN ('CLF', 'UYW') THEN 4
        ELSE 2
    END
$$;

-- A rate says what another currency is worth in the book's own. It begins unreplaced.
CREATE FUNCTION ledger_rate_arrives() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF NEW.replaced_at IS NOT NULL OR NEW.rate = 'NaN'
        OR EXISTS (SELECT FROM books_book WHERE id = NEW.book_id AND base_currency = NEW.currency)
    THEN
        RAISE EXCEPTION 'A rate says what another currency than the book''s is worth, until it is replaced.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_rate_arrives BEFORE INSERT ON ledger_exchangerate
    FOR EACH ROW EXECUTE FUNCTION ledger_rate_arrives();

-- Entries point at rates, so a rate stays; it is replaced once, and the row says by whom and when.
CREATE FUNCTION ledger_rate_stays() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION 'An exchange rate stays as it was entered; another of the same day replaces it.'
        USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER ledger_rate_is_only_replaced BEFORE UPDATE ON ledger_exchangerate FOR EACH ROW
    WHEN (OLD.replaced_at IS NOT NULL
        OR (NEW.id, NEW.book_id, NEW.currency, NEW.date, NEW.rate, NEW.source, NEW.origin, NEW.entered_by_id,
            NEW.entered_at)
            IS DISTINCT FROM (OLD.id, OLD.book_id, OLD.currency, OLD.date, OLD.rate, OLD.source, OLD.origin,
            OLD.entered_by_id, OLD.entered_at))
    EXECUTE FUNCTION ledger_rate_stays();
CREATE TRIGGER ledger_rate_stays BEFORE DELETE OR TRUNCATE ON ledger_exchangerate
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_rate_stays();

-- Rates are in the book's base currency, so it stays once there are any.
CREATE FUNCTION ledger_rates_hold_base_currency() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS
$$
BEGIN
    IF EXISTS (SELECT FROM ledger_exchangerate WHERE book_id = OLD.id) THEN
        RAISE EXCEPTION 'Book % has exchange rates in %, so its base currency stays.', OLD.slug, OLD.base_currency
            USING ERRCODE = 'LF011';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_rates_hold_base_currency BEFORE UPDATE ON books_book FOR EACH ROW
    WHEN (NEW.base_currency <> OLD.base_currency) EXECUTE FUNCTION ledger_rates_hold_base_currency();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lf_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ledger_exchangerate FROM lf_app;
        GRANT UPDATE (replaced_by_id, replaced_at) ON ledger_exchangerate TO lf_app;
    END IF;
END
$$;
