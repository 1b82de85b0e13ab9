import type { FindOptions, Model, ModelStatic } from 'sequelize';

/** A row that is there. */
export async function find<M extends Model>(
  model: ModelStatic<M>,
  id: number,
  options: FindOptions = {},
): Promise<M> {
  return model.findByPk(id, { ...options, rejectOnEmpty: true });
}
