import type { AnySource, SignedRequest, UnsignedRequest } from '@hookline/core';

/** How to try a sender that needs more than a secret: its source, and what to sign with. */
export interface SenderCase {
  readonly source: () => AnySource;
  /** Default: what the source signs by itself. */
  readonly unsigned?: UnsignedRequest;
  /** A bit of the body may change where the signature does not cover it: only these are flipped. Default: the whole body. */
  readonly coveredBody?: (body: Buffer) => readonly { readonly from: number; readonly to: number }[];
  /** Headers that are signed besides those with the signature. */
  readonly signedHeaders?: readonly string[];
  /** Its header lists signatures of which any may be right: a wrong one behind a right one does no harm. */
  readonly takesAny?: true;
  /** Made by hand where the source cannot sign. */
  readonly request?: () => SignedRequest;
}

export type SenderCases = Readonly<Record<string, SenderCase>>;
