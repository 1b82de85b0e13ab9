/** What Sequelize 6 keeps its CLS namespace in, as its own methods read it. */
interface WithCls {
  readonly _cls?: { get(key: 'transaction'): unknown };
}

/** The transaction in Sequelize's CLS, which all instances share, or undefined. */
export function ambientTransaction(sequelize: object): unknown {
  const { _cls: cls } = sequelize.constructor as WithCls;
  return cls?.get('transaction') ?? undefined;
}

/** Only where this instance opened it: that of another one may be on another database. */
export function ownAmbientTransaction(sequelize: object): unknown {
  const transaction = ambientTransaction(sequelize);
  const { sequelize: opener } = (transaction ?? {}) as { readonly sequelize?: unknown };
  return opener === sequelize ? transaction : undefined;
}
