/** Ids sort by time and are compared byte by byte, whatever the language of the database. */
export const KEY = 'text COLLATE "C"';

/** Of tables whose rows come and go with every event: room for updates in place, and vacuumed early. */
export const SHORT_LIVED =
  'WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)';
