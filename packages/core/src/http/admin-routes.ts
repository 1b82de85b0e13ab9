import type { AnyHub } from '../hub.js';
import type { Authorizer } from '../ports/authorizer.js';
import type { AdminRoute } from './guard-route.js';
import { guarded } from './guard-route.js';
import { listDeliveries, redeliver, showDelivery } from './handlers/deliveries.js';
import { listEvents, listEventTypes, showEvent } from './handlers/events.js';
import { testFilter } from './handlers/filters.js';
import { listReceipts, listRejections, replayReceipt, showReceipt } from './handlers/receipts.js';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  revealSecrets,
  rotateSecret,
  showWebhook,
  testWebhook,
  updateWebhook,
} from './handlers/webhooks.js';
import type { Route } from './types.js';

/** Every admin route, as data. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  { method: 'get', path: '/webhooks', permission: 'webhooks:read', handler: listWebhooks },
  { method: 'post', path: '/webhooks', permission: 'webhooks:write', handler: createWebhook },
  { method: 'get', path: '/webhooks/:id', permission: 'webhooks:read', handler: showWebhook },
  { method: 'patch', path: '/webhooks/:id', permission: 'webhooks:write', handler: updateWebhook },
  { method: 'delete', path: '/webhooks/:id', permission: 'webhooks:write', handler: deleteWebhook },
  { method: 'get', path: '/webhooks/:id/secret', permission: 'secrets:read', handler: revealSecrets },
  {
    method: 'post',
    path: '/webhooks/:id/rotate-secret',
    permission: 'webhooks:write',
    handler: rotateSecret,
  },
  { method: 'post', path: '/webhooks/:id/pause', permission: 'webhooks:write', handler: pauseWebhook },
  { method: 'post', path: '/webhooks/:id/resume', permission: 'webhooks:write', handler: resumeWebhook },
  { method: 'post', path: '/webhooks/:id/test', permission: 'webhooks:write', handler: testWebhook },
  { method: 'get', path: '/deliveries', permission: 'deliveries:read', handler: listDeliveries },
  { method: 'get', path: '/deliveries/:id', permission: 'deliveries:read', handler: showDelivery },
  { method: 'post', path: '/deliveries/:id/redeliver', permission: 'deliveries:write', handler: redeliver },
  { method: 'get', path: '/events', permission: 'events:read', handler: listEvents },
  { method: 'get', path: '/events/:id', permission: 'events:read', handler: showEvent },
  { method: 'post', path: '/filters/test', permission: 'events:read', handler: testFilter },
  { method: 'get', path: '/receipts', permission: 'receipts:read', isForStaff: true, handler: listReceipts },
  {
    method: 'get',
    path: '/receipts/:id',
    permission: 'receipts:read',
    isForStaff: true,
    handler: showReceipt,
  },
  {
    method: 'post',
    path: '/receipts/:id/replay',
    permission: 'receipts:write',
    isForStaff: true,
    handler: replayReceipt,
  },
  {
    method: 'get',
    path: '/rejections',
    permission: 'receipts:read',
    isForStaff: true,
    handler: listRejections,
  },
  { method: 'get', path: '/event-types', permission: 'event-types:read', handler: listEventTypes },
];

/** The admin routes of a hub, each behind `authorize`. */
export function adminRoutes(hub: AnyHub, authorize: Authorizer | null, prefix = ''): readonly Route[] {
  return ADMIN_ROUTES.map((route) => guarded({ ...route, path: prefix + route.path }, hub, authorize));
}
