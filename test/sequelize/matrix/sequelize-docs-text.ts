/** What docs/sequelize.md says before the tables, between them and the list of what hooks miss, and behind it. */
export const BEFORE = `# Sequelize: every way a row can change

Which events a bound model makes of each way to write its rows, as \`test/sequelize/matrix\` sees it on a real Postgres,
under each of the two captures. Generated from what was observed: \`npm run docs\` writes this page, and the tests fail
while it says something else.

\`\`\`ts
bindModel(Conversation, hub, {
  created: 'conversation.created',
  updated: 'conversation.updated',
  destroyed: 'conversation.destroyed',
  restored: 'conversation.restored',
  capture: 'hooks', // or 'trigger'
});
\`\`\`

- **Hooks** (the default): this process sees what it writes through the model, and stores the events in the same
  transaction. Nothing is installed.
- **Triggers**: the database sees every change of the table, whoever makes it and how, and records it in the same
  statement. The table needs a migration (\`captureMigrations\`).

Whichever sees a change, the event is the same: kind, subject, account, the whole row as data, and for an update
\`changes\` with the previous and the current value of each attribute that is another now.

## The matrix

Every model is bound to \`created\`, \`updated\`, \`destroyed\` and \`restored\`. Before each write there are conversations 1
(open), 2 (waiting) and 3 (open), messages 1 and 2 and note 1 of conversation 1, message 3 of none, labels 1 (bug, red)
and 2 (idea), the first on conversation 1, tickets 1 and 2, and members (1,1) and (1,2). "No event": nothing
changed, or nothing of it was committed.`;

export const UNSEEN = `## What only triggers see

Which of it can happen to the rows of a model that is bound to hooks, a hub logs once when it starts.`;

export const AFTER = `## Many rows at once

\`bulk\` says what \`bulkCreate\`, static \`update\`, \`destroy\`, \`restore\`, \`truncate\`, \`increment\` and \`decrement\` become
under hooks:

| \`bulk\` | events | cost |
|---|---|---|
| \`'rows'\` (default) | one for each row that changed | the rows are read before the write, and locked, and read after it |
| \`'summary'\` | one \`summary\` for each account: \`{ model, operation, count, attributes? }\` | the rows are counted |
| \`'off'\` | none | none |

\`individualHooks: true\` in a call means rows, whatever the mode. A call that writes more than \`bulkRowCap\` rows (default
10,000) becomes a summary where the binding names a \`summary\` event; else it is refused with BULK_TOO_LARGE before
anything is written.

Upserts and the \`increment\` of an instance write one row, and are no bulk writes.

Triggers know statements and no calls: each row, unless \`captureMigrations\` was given a \`bulkRowCap\` for the table,
and a statement changes more; then a summary, for which the change waits until the binding names a \`summary\` event.

## Transactions

An event exists if and only if the write committed: in the caller's transaction, passed or in Sequelize's CLS, managed or
not, and within its savepoints. Where there is none, one is opened around the write (\`transaction: 'auto'\`);
\`'require'\` refuses such writes with TRANSACTION_REQUIRED, \`'off'\` stores the event in a statement of its own after
the row, so a process that dies in between leaves a row without its event, and so does a switch of captures just then.

If an event cannot be made or stored, the write is undone with it, and whoever catches the error in a transaction of
their own finds that it cannot commit any more, as after any statement that failed; with \`onOutboxError: 'log'\` the write stays, behind a
savepoint, and the error is logged.

## Limits

- **A model that is not bound makes no events**, nor do the rows that the database changes by itself in tables of other
  models, unless these have triggers.
- **\`hooks: false\` is honoured** by hooks, and by \`bulk\`; triggers see the write.
- **A row is known by its primary key**: one that gets another is destroyed, and created under the new one.
- **A paranoid row that is marked as deleted is gone**: what happens to it until it is restored makes no event.
- **Rows without a primary key** have no subject: what hooks cannot tell apart before and after a write of many rows,
  updates and increments, makes no event.
- **Under triggers an event comes after its commit**, when a relay takes what was recorded: soon, and not with the write.
  Actor, account and request are those of the context around a write through the model; \`shareContext(transaction)\`
  tells them to the triggers of raw SQL.`;
