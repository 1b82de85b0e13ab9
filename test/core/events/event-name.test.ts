import { expect } from 'chai';
import { nearest, toMethodName } from '../../../packages/core/src/events/event-name.js';
import { isEventPattern, matchesPattern } from '../../../packages/core/src/events/event-pattern.js';

describe('event names', () => {
  for (const [type, method] of [
    ['conversation.status_changed', 'conversationStatusChanged'],
    ['message.created', 'messageCreated'],
    ['ping', 'ping'],
    ['github.issue_comment.created', 'githubIssueCommentCreated'],
    ['a.2fa_enabled', 'a2faEnabled'],
  ] as const) {
    it(`maps ${type} to ${method}()`, () => expect(toMethodName(type)).to.equal(method));
  }

  it('finds the nearest of several names', () => {
    expect(nearest('mesage.created', ['message.created', 'message.updated'])).to.equal('message.created');
    expect(nearest('x', ['conversation.created'])).to.equal(null);
  });
});

describe('event patterns', () => {
  for (const [pattern, type, expected] of [
    ['*', 'message.created', true],
    ['message.created', 'message.created', true],
    ['message.created', 'message.updated', false],
    ['message.*', 'message.created', true],
    ['message.*', 'messages.created', false],
    ['message.*', 'message', false],
    ['github.*', 'github.issues.opened', true],
    ['github.issues.*', 'github.issues.opened', true],
    ['github.issues.*', 'github.push', false],
  ] as const) {
    it(`${pattern} ${expected ? 'takes in' : 'leaves out'} ${type}`, () => {
      expect(matchesPattern(pattern, type)).to.equal(expected);
    });
  }

  for (const pattern of ['', '**', '*.created', 'message.', 'message.*.created', 'Message.*']) {
    it(`"${pattern}" is none`, () => expect(isEventPattern(pattern)).to.equal(false));
  }
});
