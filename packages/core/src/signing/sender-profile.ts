import { errorFields, HooklineError, isHooklineError } from '../errors.js';
import type { Sender, SourceMaker } from '../inbound/sender.js';
import { signRequest } from '../inbound/sign-request.js';
import { BUILT_IN_PROFILES, type Profile, type Profiles, textsOf } from './header-profile.js';

/**
 * Ours, and those of senders whose webhooks an app sends in their style: by a shared secret and in headers. Throws
 * OPTION_INVALID for others, and for two of one name.
 */
export function profilesWith(makers: readonly SourceMaker[]): Profiles {
  const profiles = new Map(BUILT_IN_PROFILES);
  for (const make of makers) {
    const { kind, title } = assertMaker(make).sender;
    if (profiles.has(kind)) throw invalid(`none of the name "${kind}"`, 'two of them');
    if (!make.sender.scheme.signsHeaders)
      throw invalid('senders that sign in headers, with a shared secret', title);
    profiles.set(kind, senderProfile(make.sender));
  }
  return profiles;
}

/** During a rotation the newest secret signs alone. */
function senderProfile(sender: Sender): Profile {
  return {
    takesText: true,
    takesEd25519: false,
    secretProblem: (secret) => secretProblem(sender, secret),
    sign({ keys, eventId: id, eventType: type, timestampS, body, url }) {
      const [secret = ''] = textsOf(keys);
      const now = timestampS * 1_000;
      const { 'content-type': _, ...headers } = signRequest(sender, secret, {
        id,
        type,
        body,
        url,
        now,
      }).headers;
      return headers;
    },
  };
}

function secretProblem({ scheme }: Sender, secret: string): string | null {
  try {
    scheme.toKey(secret);
    return null;
  } catch (error) {
    if (isHooklineError(error))
      return `expected ${String(error.details.expected ?? errorFields(error).error)}`;
    throw error;
  }
}

function assertMaker(make: unknown): SourceMaker {
  const sender = (make as Partial<SourceMaker> | null | undefined)?.sender;
  if (typeof make === 'function' && sender) return make as SourceMaker;
  throw invalid('makers of sources, such as shopify, not called', typeof make);
}

function invalid(expected: string, got: string): HooklineError {
  return new HooklineError('OPTION_INVALID', { option: 'profiles', expected, got });
}
