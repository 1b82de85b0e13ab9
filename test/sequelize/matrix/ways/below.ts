import { created, destroyed, updated, type WayGroup } from '../way.js';
import { find } from './find.js';

const CASCADE = {
  sees: [destroyed('Conversation 1')],
  reason: 'the database changes and deletes rows of other tables by itself',
};
const RAW = { reason: 'raw SQL runs no hooks' };
const ELSEWHERE = { reason: 'another program runs no hooks of this one' };
const FALLEN = [
  destroyed('Conversation 1'),
  destroyed('ConversationLabel 1,1'),
  destroyed('Message 1'),
  destroyed('Message 2'),
  updated('Note 1', { conversationId: [1, null] }),
];
const LABEL = `INSERT INTO "Labels" (id, name, color, "createdAt", "updatedAt")`;

export const BELOW: WayGroup = {
  title: 'Below the ORM',
  ways: [
    {
      title: '`instance.destroy()`, `ON DELETE CASCADE` and `ON DELETE SET NULL`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).destroy(),
      expects: FALLEN,
      hooks: CASCADE,
    },
    {
      title: '`Model.destroy({ where })`, `ON DELETE CASCADE` and `ON DELETE SET NULL`',
      run: ({ Conversation }) => Conversation.destroy({ where: { id: 1 } }),
      expects: FALLEN,
      hooks: CASCADE,
    },
    {
      title: "`sequelize.query('INSERT ...')`",
      run: ({ sequelize }) =>
        sequelize.query(`${LABEL} VALUES (7, 'new', NULL, now(), now()), (8, 'newer', 'red', now(), now())`),
      expects: [created('Label 7'), created('Label 8')],
      hooks: RAW,
    },
    {
      title: "`sequelize.query('UPDATE ...')`",
      run: ({ sequelize }) =>
        sequelize.query(`UPDATE "Conversations" SET assignee_name = 'Ann' WHERE id < 3`),
      expects: [
        updated('Conversation 1', { assigneeName: [null, 'Ann'] }),
        updated('Conversation 2', { assigneeName: [null, 'Ann'] }),
      ],
      hooks: RAW,
    },
    {
      title: "`sequelize.query('UPDATE ...')`, the same values",
      run: ({ sequelize }) => sequelize.query(`UPDATE "Conversations" SET views = 5, "updatedAt" = now()`),
      expects: [],
    },
    {
      title: "`sequelize.query('DELETE ...')`",
      run: ({ sequelize }) => sequelize.query(`DELETE FROM "Labels" WHERE id = 2`),
      expects: [destroyed('Label 2')],
      hooks: RAW,
    },
    {
      title: '`sequelize.query(...)` in a transaction that is rolled back',
      run: async ({ sequelize }) => {
        const transaction = await sequelize.transaction();
        await sequelize.query(`DELETE FROM "Labels" WHERE id = 2`, { transaction });
        await transaction.rollback();
      },
      expects: [],
    },
    {
      title: '`INSERT ... ON CONFLICT DO UPDATE`',
      run: ({ sequelize }) =>
        sequelize.query(
          `${LABEL} VALUES (1, 'bug', 'blue', now(), now()), (7, 'new', 'blue', now(), now())
           ON CONFLICT (id) DO UPDATE SET color = excluded.color`,
        ),
      expects: [updated('Label 1', { color: ['red', 'blue'] }), created('Label 7')],
      hooks: RAW,
    },
    {
      title: '`INSERT ... ON CONFLICT DO NOTHING`',
      run: ({ sequelize }) =>
        sequelize.query(`${LABEL} VALUES (1, 'bug', 'blue', now(), now()) ON CONFLICT DO NOTHING`),
      expects: [],
    },
    {
      title: '`MERGE` (Postgres 15 and later)',
      run: ({ sequelize }) =>
        sequelize.query(
          `MERGE INTO "Labels" AS label
           USING (VALUES (1, 'bug'), (2, 'idea'), (7, 'new')) AS given (id, name) ON given.id = label.id
           WHEN MATCHED AND label.color IS NULL THEN DELETE
           WHEN MATCHED THEN UPDATE SET color = 'blue'
           WHEN NOT MATCHED THEN INSERT (id, name, "createdAt", "updatedAt")
             VALUES (given.id, given.name, now(), now())`,
        ),
      expects: [updated('Label 1', { color: ['red', 'blue'] }), destroyed('Label 2'), created('Label 7')],
      hooks: RAW,
    },
    {
      title: '`TRUNCATE ... CASCADE`',
      run: ({ sequelize }) => sequelize.query(`TRUNCATE "Labels" CASCADE`),
      expects: [destroyed('ConversationLabel 1,1'), destroyed('Label 1'), destroyed('Label 2')],
      hooks: RAW,
    },
    {
      title: 'another program: `psql`, a job in another language, a trigger of your own',
      run: ({ elsewhere }) =>
        elsewhere.query(
          `UPDATE "Tickets" SET "deletedAt" = CASE id WHEN 1 THEN now() END WHERE id IN (1, 3)`,
        ),
      expects: [destroyed('Ticket 1'), { kind: 'restored', row: 'Ticket 3', changes: {} }],
      hooks: ELSEWHERE,
    },
    {
      title: 'another program, another primary key',
      run: ({ elsewhere }) => elsewhere.query(`UPDATE "Labels" SET id = 9 WHERE id = 2`),
      expects: [destroyed('Label 2'), created('Label 9')],
      hooks: ELSEWHERE,
    },
  ],
};
