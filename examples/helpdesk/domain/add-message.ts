import { Conversation, Message } from './models.ts';

/** What the app itself does: knows nothing of events or webhooks. Null where there is no such conversation. */
export async function addMessage(
  conversationId: string | undefined,
  input: unknown,
): Promise<Message | null> {
  const { author = 'anonymous', text = '' } = (input ?? {}) as {
    readonly author?: string;
    readonly text?: string;
  };
  const conversation = await Conversation.findByPk(Number(conversationId) || 0);
  if (!conversation) return null;
  const { id, accountId } = conversation;
  return Message.create({ accountId, conversationId: id, author: String(author), text: String(text) });
}
