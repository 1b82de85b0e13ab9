import { created, destroyed, updated, type WayGroup } from '../way.js';
import { find } from './find.js';

const moved = (id: number, from: number | null, to: number | null) =>
  updated(`Message ${id}`, { conversationId: [from, to] });

export const ASSOCIATIONS: WayGroup = {
  title: 'Associations',
  intro:
    'Both models are bound, and the model between them: `Conversation.hasMany(Message)`, `Conversation.belongsToMany(Label, { through: ConversationLabel })`.',
  ways: [
    {
      title: '`Model.create(values, { include })`',
      run: ({ Conversation, Message }) =>
        Conversation.create({ subject: 'new', Messages: [{ body: 'a' }] }, { include: [Message] }),
      expects: [created('Conversation 4'), created('Message 4')],
    },
    {
      title: '`hasMany`: `conversation.createMessage(values)`',
      run: async ({ Conversation }) => (await find(Conversation, 2)).createMessage({ body: 'new' }),
      expects: [created('Message 4')],
    },
    {
      title: '`hasMany`: `conversation.addMessage(message)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).addMessage(3),
      expects: [moved(3, null, 1)],
    },
    {
      title: '`hasMany`: `conversation.setMessages(messages)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).setMessages([2, 3]),
      expects: [moved(1, 1, null), moved(3, null, 1)],
    },
    {
      title: '`hasMany`: `conversation.removeMessage(message)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).removeMessage(2),
      expects: [moved(2, 1, null)],
    },
    {
      title: '`belongsTo`: `message.setConversation(conversation)`',
      run: async ({ Message }) => (await find(Message, 1)).setConversation(2),
      expects: [moved(1, 1, 2)],
    },
    {
      title: '`belongsToMany`: `conversation.addLabel(label)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).addLabel(2),
      expects: [created('ConversationLabel 1,2')],
    },
    {
      title: '`belongsToMany`: `conversation.addLabel(label, { through })`, there already',
      run: async ({ Conversation }) =>
        (await find(Conversation, 1)).addLabel(1, { through: { position: 9 } }),
      expects: [updated('ConversationLabel 1,1', { position: [null, 9] })],
    },
    {
      title: '`belongsToMany`: `conversation.setLabels(labels)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).setLabels([2]),
      expects: [destroyed('ConversationLabel 1,1'), created('ConversationLabel 1,2')],
    },
    {
      title: '`belongsToMany`: `conversation.removeLabel(label)`',
      run: async ({ Conversation }) => (await find(Conversation, 1)).removeLabel(1),
      expects: [destroyed('ConversationLabel 1,1')],
    },
  ],
};
