import { generateSecret, type WebhookRecord } from '@hookline/core';
import { newId } from './new-id.js';

export function aWebhook(url: string, accountId: string, subscriptions = ['order.*']): WebhookRecord {
  const at = Date.now();
  return {
    id: newId('wh'),
    accountId,
    url,
    subscriptions,
    description: null,
    active: true,
    disabled: null,
    paused: false,
    settings: {},
    credentials: null,
    secrets: [{ sealed: generateSecret(), createdAt: at, expiresAt: null }],
    createdAt: at,
    updatedAt: at,
  };
}
