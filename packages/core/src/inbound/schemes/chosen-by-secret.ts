import type { SyncScheme } from './scheme.js';

interface ChosenKey {
  readonly scheme: SyncScheme;
  readonly key: unknown;
}

/**
 * Of senders that prove themselves in one of several ways: which one, the text of the secret says, never the request. Of
 * several secrets each is checked by its own.
 */
export function chosenBySecret(
  schemes: readonly [SyncScheme, ...SyncScheme[]],
  choose: (secret: string) => SyncScheme,
): SyncScheme<ChosenKey> {
  return {
    secretHeaders: [...new Set(schemes.flatMap(({ secretHeaders }) => secretHeaders))],
    tolerance: schemes.map(({ tolerance }) => tolerance).find((tolerance) => tolerance !== null) ?? null,
    coversBody: schemes.every(({ coversBody }) => coversBody),
    signsHeaders: schemes.every(({ signsHeaders = false }) => signsHeaders),
    signsUrl: schemes.some(({ signsUrl }) => signsUrl),
    toKey(secret) {
      const scheme = choose(secret);
      return { scheme, key: scheme.toKey(secret) };
    },
    check(request, keys, context) {
      let failure: unknown;
      for (const scheme of new Set(keys.map((chosen) => chosen.scheme))) {
        const own = keys.flatMap((chosen) => (chosen.scheme === scheme ? [chosen.key] : []));
        try {
          scheme.check(request, own, context);
          return;
        } catch (error) {
          failure ??= error;
        }
      }
      throw failure;
    },
    sign: (draft, secret, context) => choose(secret).sign(draft, secret, context),
  };
}
