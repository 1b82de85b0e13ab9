import { lookup as dnsLookup, type LookupAddress, type LookupAllOptions, Resolver } from 'node:dns';
import { askDns } from './ask-dns.js';
import type { Lookup } from './guarded-lookup.js';
import { HostsFile } from './hosts-file.js';
import { type Question, SystemTurns } from './system-turns.js';

/** One search takes no longer than this. */
const TOTAL_MS = 5_000;
/** Each server is asked again after 1, 2 and 4 s. */
const DNS_OPTIONS = { timeout: 1_000, tries: 3 };

/** DNS knows of nothing, or there is no DNS: search domains, mDNS and the like are known to the system alone. */
const LEFT_TO_SYSTEM: ReadonlySet<string | undefined> = new Set([
  'ENOTFOUND',
  'ENODATA',
  'ECONNREFUSED',
  'ENOSERVER',
  'EADDRGETNETWORKPARAMS',
  'ELOADIPHLPAPI',
]);

export interface NameResolverOptions {
  /** The DNS servers, `address:port`. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  readonly hosts?: HostsFile;
  /** The resolver of the system. Default `dns.lookup`. */
  readonly system?: Lookup;
}

/** For one each: names that only the system knows wait for none that DNS does not know, whose owner may let it hang. */
interface Turns {
  readonly local: SystemTurns;
  readonly afterDns: SystemTurns;
}

const turnsFor = (lookup: Lookup): Turns => ({
  local: new SystemTurns(lookup),
  afterDns: new SystemTurns(lookup),
});

/** The threads are the process's, and so are these. */
const PROCESS_TURNS = turnsFor(dnsLookup);

/**
 * Resolves names without the threads of the process, of which `dns.lookup` takes one for as long as a name's servers let it
 * wait: four names whose servers never answer would stop all others. The hosts file goes ahead of DNS, as everywhere.
 */
export class NameResolver {
  readonly #servers: readonly string[] | undefined;
  readonly #hosts: HostsFile;
  readonly #turns: Turns;
  readonly #searches = new Map<string, Search>();
  #isClosed = false;

  constructor({ servers, hosts = new HostsFile(), system }: NameResolverOptions = {}) {
    this.#servers = servers;
    this.#hosts = hosts;
    this.#turns = system === undefined ? PROCESS_TURNS : turnsFor(system);
  }

  /** Fails with the codes of `dns.lookup` and `Resolver`, after 5 s with ETIMEOUT. */
  readonly lookup: Lookup = (hostname, options, callback) => {
    const search = this.#searches.get(hostname) ?? this.#begin(hostname, options);
    search.found.then(
      (addresses) => callback(null, addresses),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  /** What is under way, and what is asked from now on, fails with ECANCELLED. */
  close(): void {
    this.#isClosed = true;
    for (const search of this.#searches.values()) search.cancel();
  }

  #begin(hostname: string, options: LookupAllOptions): Search {
    const search = new Search(hostname, this.#newResolver(), (resolver, isOver) =>
      this.#find({ hostname, options, isOver }, resolver),
    );
    this.#searches.set(hostname, search);
    const forget = () => this.#searches.delete(hostname);
    search.found.then(forget, forget);
    return search;
  }

  /** A new one for each search: on a port of its own (RFC 5452, 9.2), by what the system is set to now. */
  #newResolver(): Resolver {
    const resolver = new Resolver(DNS_OPTIONS);
    if (this.#servers !== undefined) resolver.setServers(this.#servers);
    return resolver;
  }

  async #find(question: Question, resolver: Resolver): Promise<LookupAddress[]> {
    if (this.#isClosed) throw cancelled(question.hostname);
    const name = plainName(question.hostname);
    if (!name.includes('.')) return this.#turns.local.ask(question);
    const known = this.#hosts.addressesOf(name);
    if (known !== undefined) return [...known];
    try {
      return await askDns(question.hostname, resolver);
    } catch (error) {
      if (!LEFT_TO_SYSTEM.has((error as NodeJS.ErrnoException).code)) throw error;
      return this.#turns.afterDns.ask(question);
    }
  }
}

/** What all who want one name at the same time wait for. It leaves nothing behind, however it ends. */
class Search {
  readonly found: Promise<LookupAddress[]>;
  readonly #name: string;
  #isOver = false;
  #fail: (error: Error) => void = () => {};

  constructor(
    name: string,
    resolver: Resolver,
    find: (resolver: Resolver, isOver: () => boolean) => Promise<LookupAddress[]>,
  ) {
    this.#name = name;
    const deadline = setTimeout(() => this.#expire(), TOTAL_MS).unref();
    this.found = new Promise<LookupAddress[]>((resolve, reject) => {
      this.#fail = reject;
      find(resolver, () => this.#isOver).then(resolve, reject);
    }).finally(() => {
      this.#isOver = true;
      clearTimeout(deadline);
      resolver.cancel();
    });
  }

  cancel(): void {
    this.#fail(cancelled(this.#name));
  }

  #expire(): void {
    this.#fail(failure('ETIMEOUT', `No DNS server had an answer for ${this.#name} within ${TOTAL_MS} ms.`));
  }
}

function plainName(hostname: string): string {
  return (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname).toLowerCase();
}

function cancelled(name: string): Error {
  return failure('ECANCELLED', `${name} is not looked up any more: the client is closed.`);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
