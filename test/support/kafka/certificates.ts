import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why certificates cannot be made here; false where they can. */
export const opensslSkip: string | false =
  spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0 ? false : 'OpenSSL is not installed';

export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority of our own that lives as long as a test: makes certificates with OpenSSL. */
export class Authority {
  readonly cert: string;
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.#openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      this.path('key'),
      '-out',
      this.path('pem'),
    );
    this.cert = readFileSync(this.path('pem'), 'utf8');
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }

  /** Path of the authority's own certificate (pem) or key. */
  path(ending: 'pem' | 'key'): string {
    return join(this.#folder, `${this.#name}.${ending}`);
  }

  /** A certificate for `name`, valid for the given addresses, as two PEM texts. */
  identity(name: string, addresses = 'IP:127.0.0.1,DNS:localhost'): Identity {
    const at = (ending: string) => join(this.#folder, `${name}.${ending}`);
    writeFileSync(at('ext'), `subjectAltName=${addresses}\n`);
    this.#openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      at('key'),
      '-out',
      at('csr'),
    );
    this.#openssl(
      'x509',
      '-req',
      '-in',
      at('csr'),
      '-CA',
      this.path('pem'),
      '-CAkey',
      this.path('key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      at('ext'),
      '-out',
      at('pem'),
    );
    return { cert: readFileSync(at('pem'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  }

  /** Key and certificate in one file, as brokers want them. */
  keystore(name: string, addresses?: string): string {
    const { cert, key } = this.identity(name, addresses);
    const path = join(this.#folder, `${name}-store.pem`);
    writeFileSync(path, `${key}${cert}`);
    return path;
  }
}
