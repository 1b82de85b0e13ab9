import type { Model, ModelAttributeColumnOptions, Sequelize } from 'sequelize';
import type { BindingPlan } from '../binding/binding-plan.js';

/** What changes rows of the model behind the back of its hooks, in words. A trigger sees it all. */
export function unseenWrites(plan: BindingPlan): readonly string[] {
  if (plan.capture === 'trigger') return [];
  const { model, bulk } = plan;
  return [
    'raw SQL and other programs',
    ...byForeignKeys(plan),
    ...(model.primaryKeyAttributes.length === 0
      ? ['updates and increments of many rows, for the model has no primary key']
      : []),
    ...(bulk === 'off' ? ["writes of many rows, for it is bound with bulk: 'off'"] : []),
  ];
}

/** What the database does to rows that refer to others, when it is done to those. */
function byForeignKeys({ model }: BindingPlan): readonly string[] {
  const keys = Object.entries(model.getAttributes()).flatMap(([attribute, options]) => {
    const owner = ownerOf(options, model.sequelize as Sequelize);
    return owner === null ? [] : [{ attribute, owner, ...actionsOf(options) }];
  });
  const words = keys.flatMap(({ attribute, owner, onDelete, onUpdate }) => [
    ...(onDelete === 'CASCADE' ? [`rows removed by ON DELETE CASCADE of ${owner}`] : []),
    ...(onDelete === 'SET NULL' ? [`${attribute} emptied by ON DELETE SET NULL of ${owner}`] : []),
    ...(onUpdate === 'CASCADE' ? [`${attribute} changed by ON UPDATE CASCADE of ${owner}`] : []),
    ...(onUpdate === 'SET NULL' ? [`${attribute} emptied by ON UPDATE SET NULL of ${owner}`] : []),
  ]);
  const owners = [...new Set(keys.map(({ owner }) => owner))];
  return [...words, ...owners.map((owner) => `rows removed by TRUNCATE ... CASCADE of ${owner}`)];
}

type Action = 'onDelete' | 'onUpdate';

function actionsOf(options: ModelAttributeColumnOptions): Readonly<Record<Action, string>> {
  const word = (action: Action) => (options[action] ?? '').toUpperCase().trim();
  return { onDelete: word('onDelete'), onUpdate: word('onUpdate') };
}

/** The model that an attribute refers to, or else its table; null where it refers to none. */
function ownerOf({ references }: ModelAttributeColumnOptions, sequelize: Sequelize): string | null {
  if (references === undefined) return null;
  const target = typeof references === 'string' ? references : references.model;
  const table = tableNameOf(target);
  const model = Object.values(sequelize.models).find((each) => tableNameOf(each) === table);
  return model?.name ?? table;
}

/** References name a table, a table with its schema, or a model. */
function tableNameOf(target: unknown): string {
  const { getTableName, tableName } = (target ?? {}) as Partial<typeof Model> & {
    readonly tableName?: string;
  };
  if (typeof getTableName === 'function') return tableNameOf(getTableName.call(target as typeof Model));
  return tableName ?? String(target);
}
