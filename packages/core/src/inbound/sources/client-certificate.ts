import { X509Certificate } from 'node:crypto';
import { HooklineError } from '../../errors.js';
import { equalInConstantTime } from '../../signing/constant-time.js';
import { createSource } from '../create-source.js';
import type { ReceivedRequest } from '../inbound-request.js';
import type { Locator } from '../request-field.js';
import { invalidSecret } from '../schemes/key-format.js';
import type { SyncScheme } from '../schemes/scheme.js';
import type { SourceOptions, WithLookup, WithSecret } from '../sender.js';
import type { AnySource, AsyncSource, Source } from '../source.js';

export interface ClientCertificateOptions extends SourceOptions {
  /**
   * The certificate that a request came with, in PEM or parsed. Default: that of the connection, where the app itself ends TLS
   * and asks for one (`requestCert: true`). Behind a proxy that ends TLS: what the proxy says, where nobody else can reach the app.
   */
  readonly certificateOf?: (request: ReceivedRequest) => X509Certificate | string | null;
  readonly id?: Locator;
  readonly type?: Locator;
}

/**
 * A sender that is known by its TLS client certificate. The secret is the certificate in PEM, or its SHA-256 fingerprint in hex,
 * with colons or without; several while one takes the place of another. It is pinned: no authority is asked, and it must be valid
 * at the time. TLS protects all of the request, and ends where the connection does.
 *
 * Throws OPTION_INVALID, SOURCE_SECRET_MISSING.
 *
 * @example
 * clientCertificate({ secret: 'AB:CD:...', id: { path: 'id' }, type: { path: 'event' } })
 */
export function clientCertificate<Data = unknown>(
  options: ClientCertificateOptions & WithSecret,
): Source<Data>;
export function clientCertificate<Data = unknown>(
  options: ClientCertificateOptions & WithLookup,
): AsyncSource<Data>;
export function clientCertificate(options: ClientCertificateOptions & (WithSecret | WithLookup)): AnySource {
  const { certificateOf = certificateOfConnection, id, type, secret } = options;
  const sender = {
    kind: 'client_certificate',
    title: 'A sender with a client certificate',
    docs: 'https://datatracker.ietf.org/doc/html/rfc8446#section-4.4.2',
    evidence: 'docs' as const,
    ownOptions: ['certificateOf', 'id', 'type'],
    scheme: pinnedCertificate(certificateOf),
    ...(id && { id }),
    ...(type && { type }),
  };
  return createSource(sender, options, secret);
}

type CertificateOf = NonNullable<ClientCertificateOptions['certificateOf']>;

function pinnedCertificate(certificateOf: CertificateOf): SyncScheme<string> {
  return {
    secretHeaders: [],
    tolerance: null,
    coversBody: false,
    signsUrl: false,
    toKey: toFingerprint,
    check(request, fingerprints, { kind, now }) {
      const shown = certificateOf(request);
      if (shown === null)
        throw new HooklineError('SIGNATURE_MISSING', { header: '(TLS) client certificate' });
      const certificate = typeof shown === 'string' ? parse(shown) : shown;
      const isPinned =
        certificate !== null &&
        fingerprints.some((pinned) => equalInConstantTime(fingerprintOf(certificate), pinned));
      if (!isPinned || !isValidAt(certificate, now))
        throw new HooklineError('SIGNATURE_MISMATCH', { source: kind });
    },
    sign(_draft, _secret, { kind }) {
      throw new HooklineError('SIGN_UNSUPPORTED', {
        source: kind,
        problem: 'its connections prove who it is',
      });
    },
  };
}

/** Express's and Node's requests have the socket, Koa's context has it inside; TLS sockets alone know a certificate. */
function certificateOfConnection({ raw }: ReceivedRequest): X509Certificate | null {
  const { socket, req } = (raw ?? {}) as { socket?: unknown; req?: { socket?: unknown } };
  const { getPeerX509Certificate } = (socket ?? req?.socket ?? {}) as {
    getPeerX509Certificate?: () => X509Certificate | undefined;
  };
  return getPeerX509Certificate?.call(socket ?? req?.socket) ?? null;
}

/** Throws OPTION_INVALID. */
function toFingerprint(secret: string): string {
  const hex = secret.replaceAll(':', '').trim().toUpperCase();
  if (/^[0-9A-F]{64}$/.test(hex)) return hex;
  const certificate = parse(secret);
  if (certificate !== null) return fingerprintOf(certificate);
  throw invalidSecret('a certificate in PEM, or its SHA-256 fingerprint in hex', secret);
}

function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '');
}

function isValidAt({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

function parse(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
