import { QueryTypes, type Sequelize } from 'sequelize';

/** Whether a connection of this database waits for a lock that another one has. */
export async function isWaiting(sequelize: Sequelize): Promise<boolean> {
  const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const rows = await sequelize.query(sql, { type: QueryTypes.SELECT });
  return rows.length > 0;
}
