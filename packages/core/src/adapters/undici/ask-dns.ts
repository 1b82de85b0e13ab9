import type { LookupAddress, Resolver } from 'node:dns';

/** There are servers that drop questions for one family: once the other has answered, it is waited for no longer. */
const OTHER_FAMILY_MS = 300;

interface Answer {
  readonly addresses: readonly LookupAddress[];
  readonly error: NodeJS.ErrnoException | null;
}

/** Asks for IPv4 and IPv6 addresses at once, and gives those of IPv4 first. Rejects where there are none. */
export async function askDns(hostname: string, resolver: Resolver): Promise<LookupAddress[]> {
  const answers = await askBoth(hostname, resolver);
  const addresses = answers.flatMap((answer) => answer.addresses).sort((a, b) => a.family - b.family);
  if (addresses.length === 0) throw reasonAmong(answers);
  return addresses;
}

function askBoth(hostname: string, resolver: Resolver): Promise<readonly Answer[]> {
  return new Promise((resolve) => {
    const answers: Answer[] = [];
    const take = (family: 4 | 6) => (error: NodeJS.ErrnoException | null, found: readonly string[]) => {
      const addresses = error === null ? found.map((address) => ({ address, family })) : [];
      answers.push({ addresses, error });
      if (answers.length === 2) resolve(answers);
      else if (isEnough(answers)) setTimeout(resolve, OTHER_FAMILY_MS, answers).unref();
    };
    resolver.resolve4(hostname, take(4));
    resolver.resolve6(hostname, take(6));
  });
}

/** There are addresses, or no such name, which holds for both families. */
function isEnough([first]: readonly Answer[]): boolean {
  return first?.error === null || first?.error?.code === 'ENOTFOUND';
}

/** That one family has no address says nothing of the other, which failed. */
function reasonAmong(answers: readonly Answer[]): Error {
  const errors = answers.flatMap(({ error }) => error ?? []);
  const unknown = errors.find(({ code }) => code === 'ENOTFOUND');
  const failed = errors.find(({ code }) => code !== 'ENODATA');
  return unknown ?? failed ?? Object.assign(new Error('The name has no address.'), { code: 'ENODATA' });
}
