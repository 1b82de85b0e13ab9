import { isEventType } from './event-name.js';

/** Whether `pattern` (`message.created`, `message.*`, `*`) takes in `type`. A group reaches all that starts with it. */
export function matchesPattern(pattern: string, type: string): boolean {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

export function isEventPattern(pattern: string): boolean {
  return pattern === '*' || isEventType(pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern);
}
