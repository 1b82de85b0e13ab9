import { Conversation, Message } from './models.ts';

/** What the app itself does: knows nothing of events or webhooks. Rejects where there is no such conversation. */
export async function addMessage(conversationId: string | undefined, input: unknown): Promise<Message> {
  const { author, text } = input as { readonly author: string; readonly text: string };
  const { id, accountId } = await Conversation.findByPk(conversationId ?? '', { rejectOnEmpty: true });
  return Message.create({ accountId, conversationId: id, author, text });
}
