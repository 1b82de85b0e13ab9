import { requireChoice, requireHeaderName } from '../check-source-options.js';
import { defineSenderBy } from '../create-source.js';
import type { FieldLocator } from '../request-field.js';
import { type SignedDescription, signed } from '../schemes/signed.js';

export interface ConvoyOptions {
  /** Whether the endpoint has advanced signatures, with a timestamp, or simple ones. Default `advanced`. */
  readonly signatures?: 'advanced' | 'simple';
  /** The project's signature header. Default `X-Convoy-Signature`. */
  readonly header?: string;
  /** Default `sha256`. */
  readonly algorithm?: 'sha256' | 'sha512';
  /** Default `hex`. */
  readonly encoding?: 'hex' | 'base64';
  /** Where whoever sends by Convoy has the id of a request. Default: nowhere. */
  readonly id?: FieldLocator;
  /** Where whoever sends by Convoy has the event type. Default: nowhere. */
  readonly type?: FieldLocator;
}

/**
 * Anybody who sends by Convoy. Advanced signatures are over timestamp and body, several while a secret is replaced, five
 * minutes either way; simple ones over the body alone.
 *
 * The body is whatever its sender made it: where it has an id and a type, the options say.
 */
export const convoy = defineSenderBy<ConvoyOptions>(
  (options) => ({
    kind: 'convoy',
    title: 'Convoy',
    docs: 'https://docs.getconvoy.io/product-manual/signatures',
    evidence: 'sdk',
    ownOptions: ['signatures', 'header', 'algorithm', 'encoding', 'id', 'type'],
    scheme: signed(describe(options)),
    ...(options.id && { id: options.id }),
    ...(options.type && { type: options.type }),
  }),
  {},
);

/** Between timestamp and body stands a comma: in Convoy's own vectors, whatever others tell. */
function describe(options: ConvoyOptions): SignedDescription {
  const { header = 'X-Convoy-Signature', algorithm = 'sha256', encoding = 'hex' } = options;
  const { signatures = 'advanced' } = options;
  const simple = {
    signature: requireHeaderName('header', header),
    algorithm: `hmac-${requireChoice('algorithm', ['sha256', 'sha512'], algorithm)}`,
    encoding: requireChoice('encoding', ['hex', 'base64'], encoding),
  } as const;
  if (requireChoice('signatures', ['advanced', 'simple'], signatures) === 'simple') return simple;
  return {
    ...simple,
    list: { separator: ',', assign: '=' },
    label: 'v1',
    message: '{timestamp},{body}',
    timestamp: { label: 't' },
  };
}
