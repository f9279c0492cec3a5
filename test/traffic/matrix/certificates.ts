import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Writes an authority's certificate and two of the target signed by it, one of them expired, into a folder. */
export async function writeCertificates(folder: string): Promise<void> {
  const day = 86_400_000;
  const ca = await generate([{ name: 'commonName', value: 'bell test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + day),
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
  });
  writeFileSync(join(folder, 'ca.crt'), ca.cert);
  for (const [name, untilMs] of [
    ['valid', Date.now() + day],
    ['expired', Date.now() - day],
  ] as const) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'bell test' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() - 2 * day),
      notAfterDate: new Date(untilMs),
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 7, ip: '127.0.0.1' },
            { type: 2, value: '*.bell.test' },
          ],
        },
      ],
    });
    writeFileSync(join(folder, `${name}.key`), key);
    writeFileSync(join(folder, `${name}.crt`), cert);
  }
}
