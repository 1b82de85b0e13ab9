import {
  type FindOptions,
  literal,
  type Model,
  type ModelStatic,
  Op,
  type Sequelize,
  type Transaction,
  type WhereOptions,
} from 'sequelize';
import { internalsOf } from '../capture/copy-row.js';

export interface RowPageRequest {
  /** The `next` of the page before; null for the first one. */
  readonly after: string | null;
  readonly limit: number;
  readonly where: WhereOptions;
  readonly transaction: Transaction | null;
}

export interface RowPage {
  readonly rows: readonly Model[];
  readonly next: string | null;
}

const KEY = 'hookline_key_';

/**
 * Complete living rows in the order of the primary key, whatever the scopes of the model. Where a page ends is known by
 * the text that the database itself has for a key: a date has more digits there than in JavaScript.
 */
export async function readRowPage(model: ModelStatic<Model>, request: RowPageRequest): Promise<RowPage> {
  const { after, limit, where, transaction } = request;
  const columns = keyColumnsOf(model);
  const behind = after === null ? [] : [literal(`(${columns.join(', ')}) > (${textsOf(after)})`)];
  const query: FindOptions = {
    where: { [Op.and]: [where, ...behind] } as WhereOptions,
    attributes: {
      include: columns.map((column, i) => [literal(`${column}::text`), `${KEY}${i}`] as const) as never,
    },
    order: model.primaryKeyAttributes.map((name) => [name, 'ASC']),
    limit,
    transaction,
    raw: false,
    ...({ hooks: false, useMaster: true } as object),
  };
  const rows = await model.unscoped().findAll(query);
  const keys = rows.map((row) => takeKey(row, columns.length));
  return { rows, next: rows.length < limit ? null : JSON.stringify(keys.at(-1)) };
}

function keyColumnsOf(model: ModelStatic<Model>): readonly string[] {
  const queries = (model.sequelize as Sequelize).getQueryInterface();
  const attributes = model.getAttributes();
  return model.primaryKeyAttributes.map((name) =>
    queries.quoteIdentifier(attributes[name]?.field ?? name, false),
  );
}

/** Takes out of a row what was only read for the page. */
function takeKey(row: Model, count: number): readonly string[] {
  const { dataValues, _previousDataValues: previous, _options: options } = internalsOf(row);
  Reflect.deleteProperty(options, 'attributes');
  return Array.from({ length: count }, (_, i) => {
    const text = String(dataValues[`${KEY}${i}`]);
    for (const values of [dataValues, previous]) Reflect.deleteProperty(values, `${KEY}${i}`);
    return text;
  });
}

/** Constants without a type, so that each takes that of its column. */
function textsOf(position: string): string {
  return (JSON.parse(position) as readonly string[]).map(quoteText).join(', ');
}

/** Sequelize takes `$word`, `:word` and `?` for parameters, also inside quotes. */
function quoteText(text: string): string {
  const codeOf = (char: string) => char.charCodeAt(0).toString(16).padStart(2, '0');
  const escaped = text.replaceAll(/[^\w\u0080-\uffff]/g, (char) => `\\x${codeOf(char)}`);
  return `E'${escaped}'`;
}
