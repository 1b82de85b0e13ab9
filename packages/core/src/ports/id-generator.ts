/** What an id stands for: `evt_` event, `wh_` webhook, `dlv_` delivery, `att_` attempt, `rct_` receipt, `run_` listener run, `snp_` snapshot, `lse_` lease. */
export type IdPrefix = 'evt' | 'wh' | 'dlv' | 'att' | 'rct' | 'run' | 'snp' | 'lse';

/** Makes ids: unique across processes, without a `.`, and sorting by the time they were made. */
export interface IdGenerator {
  /**
   * `next('evt')` gives `evt_` followed by 26 characters of Crockford base 32, in ULID layout. Who has just read the
   * clock says what it showed, in milliseconds since the Unix epoch.
   */
  next(prefix: IdPrefix, now?: number): string;
}
