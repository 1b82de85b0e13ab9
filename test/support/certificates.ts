import type { KeyPairKeyObjectResult } from 'node:crypto';
import { generate } from 'selfsigned';

export interface Identity {
  readonly cert: string;
  readonly privateKey: string;
}

/** An authority of its own, and identities from it. */
export async function anAuthority(name: string) {
  const ca = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const issue = async (commonName: string, passphrase?: string): Promise<Identity> => {
    const issued = await generate([{ name: 'commonName', value: commonName }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ca: { key: ca.private, cert: ca.cert },
      ...(passphrase !== undefined && { passphrase }),
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 7, ip: '127.0.0.1' },
            { type: 2, value: commonName },
          ],
        },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      ],
    });
    return { cert: issued.cert, privateKey: issued.private };
  };
  return { ca: ca.cert, issue };
}

/** Of a key pair that there is already, so that only the certificate must be waited for. */
export async function aCertificate(commonName: string, pair: KeyPairKeyObjectResult): Promise<string> {
  const { cert } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'rsa',
    algorithm: 'sha256',
    keyPair: {
      publicKey: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      privateKey: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    },
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2040-01-01'),
  });
  return cert;
}
