/** The code of Postgres behind an error of Sequelize; empty where there is none. */
export function sqlStateOf(error: unknown): string {
  const { original } = (error ?? {}) as { readonly original?: { readonly code?: unknown } };
  return typeof original?.code === 'string' ? original.code : '';
}
