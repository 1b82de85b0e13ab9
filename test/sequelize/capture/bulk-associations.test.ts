import { bindModel } from '@hookline/sequelize';
import { expect } from 'chai';
import { DataTypes, type Model, type ModelStatic, type Sequelize } from 'sequelize';
import { type Connection, connect } from '../connect.js';
import { RecordingHub } from '../recording-hub.js';
import { TICKET_EVENTS } from './ticket-model.js';
import { told } from './told.js';

/** What Sequelize adds to the instances. */
interface Accessors extends Model {
  addTask(task: Model | readonly Model[]): Promise<void>;
  setTasks(tasks: readonly Model[]): Promise<void>;
  removeTask(task: Model): Promise<void>;
  addTag(tag: Model | readonly Model[], options?: object): Promise<void>;
  setTags(tags: readonly Model[]): Promise<void>;
  removeTag(tag: Model): Promise<void>;
}

describe('associations that write many rows', () => {
  let connection: Connection;
  let sequelize: Sequelize;
  let List: ModelStatic<Accessors>;
  let Task: ModelStatic<Model>;
  let Tag: ModelStatic<Model>;
  let Tagging: ModelStatic<Model>;
  let hub: RecordingHub;

  before(async () => {
    connection = await connect({ pool: { max: 1 } });
    sequelize = connection.sequelize;
  });
  after(() => connection.close());

  beforeEach(async () => {
    const name = { name: DataTypes.STRING };
    List = sequelize.define('List', name, { timestamps: false }) as unknown as ModelStatic<Accessors>;
    Task = sequelize.define('Task', name, { timestamps: false, defaultScope: { where: { name: 'none' } } });
    Tag = sequelize.define('Tag', name, { timestamps: false });
    Tagging = sequelize.define('Tagging', { weight: DataTypes.INTEGER }, { timestamps: false });
    List.hasMany(Task, { as: 'tasks', foreignKey: 'listId' });
    List.belongsToMany(Tag, { as: 'tags', through: Tagging, foreignKey: 'listId', otherKey: 'tagId' });
    await sequelize.sync({ force: true });
    hub = new RecordingHub();
    for (const model of [Task, Tagging]) bindModel(model, hub, TICKET_EVENTS);
  });

  const make = async (model: ModelStatic<Model>) => {
    const [one, two] = await model.bulkCreate([{ name: 'one' }, { name: 'two' }], { hooks: false });
    return [one as Model, two as Model] as const;
  };

  it('tell of the rows that hasMany adds, removes and sets', async () => {
    const list = await List.create({});
    const [one, two] = await make(Task);
    await list.addTask([one, two]);
    await list.removeTask(one);
    await list.setTasks([one]);
    const [first, second, third, ...last] = told(hub);
    expect([first, second, third]).to.deep.equal([
      'updated 1 {"listId":[null,1]}',
      'updated 2 {"listId":[null,1]}',
      'updated 1 {"listId":[1,null]}',
    ]);
    expect(last.toSorted()).to.deep.equal(['updated 1 {"listId":[null,1]}', 'updated 2 {"listId":[1,null]}']);
  });

  it('tell of the rows of the model between two that belong to many', async () => {
    const list = await List.create({});
    const [one, two] = await make(Tag);
    await list.addTag([one, two], { through: { weight: 1 } });
    expect(told(hub)).to.deep.equal(['created 1,1', 'created 1,2']);
    await list.addTag(one, { through: { weight: 5 } });
    expect(told(hub)).to.deep.equal(['updated 1,1 {"weight":[1,5]}']);
    await list.removeTag(one);
    expect(told(hub)).to.deep.equal(['destroyed 1,1']);
    await list.setTags([one]);
    expect(told(hub).toSorted()).to.deep.equal(['created 1,1', 'destroyed 1,2']);
  });

  it('tell of the rows that come with those of a bulkCreate', async () => {
    bindModel(List, hub, { created: 'list.created' });
    const lists = [
      { name: 'a', tasks: [{ name: 'one' }, { name: 'two' }], tags: [{ name: 'three' }] },
      { name: 'b' },
    ];
    await List.bulkCreate(lists as never, { include: ['tasks', 'tags'] } as never);
    expect(
      hub.dispatched
        .map(({ type, options: { subject } }) => `${type} ${subject?.type} ${subject?.id}`)
        .toSorted(),
    ).to.deep.equal([
      'list.created List 1',
      'list.created List 2',
      'ticket.created Tagging 1,1',
      'ticket.created Task 1',
      'ticket.created Task 2',
    ]);
    const task = hub.dispatched.find(({ options: { subject } }) => subject?.type === 'Task');
    expect(task?.data).to.deep.equal({ task: { id: 1, name: 'one', listId: 1 } });
  });
});
