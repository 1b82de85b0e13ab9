import { randomBytes } from 'node:crypto';
import type { Authorizer } from '@hookline/core';

/** What GitHub signs with; you get it from, or give it to, the settings page of the repository. */
export const githubSecret = process.env.GITHUB_WEBHOOK_SECRET || randomBytes(16).toString('hex');

export const adminToken = process.env.ADMIN_TOKEN || randomBytes(16).toString('hex');

/** Who may use the admin routes. Your app has sessions or tokens of its own; `true` stands for staff. */
export const authorize: Authorizer = ({ headers }) =>
  headers.authorization === `Bearer ${adminToken}` || null;
