import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { checkRepository, checkTag, formatReference, parseRegistry } from './reference';

const HOSTILE = [
  '',
  ' ',
  '--flag',
  '-x',
  '$(id)',
  '`id`',
  'a;b',
  'a b',
  'a\nb',
  'a\n',
  'a\u0000b',
  'a\u001b[31m',
  'münchen',
  'аdmin',
  '😀',
  '../..',
  'a//b',
  'a\\b',
];

/** The error of a call, which must be ours and on one line but for the remedy. */
function refusal(call: () => unknown): ProxyWasmError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(ProxyWasmError);
    const refused = error as ProxyWasmError;
    expect(refused.errorClass).toBe('bad-input');
    expect(refused.message.split('\n')).toHaveLength(2);
    expect(refused.message.length).toBeLessThan(600);
    return refused;
  }
  throw new Error('nothing was refused');
}

describe('parseRegistry', () => {
  it.each([
    ['registry.example.com', 'registry.example.com', ''],
    ['registry.example.com:5000', 'registry.example.com:5000', ''],
    ['localhost:5000', 'localhost:5000', ''],
    ['127.0.0.1:5000', '127.0.0.1:5000', ''],
    ['[::1]:5000', '[::1]:5000', ''],
    ['[fe80::1]', '[fe80::1]', ''],
    ['ghcr.io/my-org', 'ghcr.io', 'my-org'],
    ['registry.example.com:443/a/b__c/d.e', 'registry.example.com:443', 'a/b__c/d.e'],
    ['Registry.Example.com', 'Registry.Example.com', ''],
  ])('reads %s', (text, host, prefix) => {
    expect(parseRegistry(text)).toEqual({ host, prefix });
  });

  it.each([
    ['http://registry.example.com', /without a scheme[^]*registry\.example\.com:5000/],
    ['https://registry.example.com/x', /without a scheme/],
    ['oci://registry.example.com', /without a scheme/],
    ['HTTPS://registry.example.com', /without a scheme/],
    ['registry.example.com/', /must not end with a slash/],
    ['registry.example.com/team/', /must not end with a slash/],
    ['registry.example.com:', /host name or an IP address/],
    ['registry.example.com:0', /port from 1 to 65535/],
    ['registry.example.com:65536', /port from 1 to 65535/],
    ['registry.example.com:5000:1', /host name or an IP address/],
    ['::1', /IPv6 in brackets/],
    ['user@registry.example.com', /host name or an IP address/],
    ['user:secret@registry.example.com', /host name or an IP address/],
    ['-registry.example.com', /host name or an IP address/],
    ['registry..example.com', /host name or an IP address/],
    ['registry.example.com/Team', /the repository must be lower-case/],
    ['registry.example.com//team', /the repository must be lower-case/],
    ['registry.example.com/a:tag', /the repository must be lower-case/],
    ['registry.example.com/a@sha256:0', /the repository must be lower-case/],
    ['myorg', /bare word[^]*docker\.io\/myorg/],
    ['myorg/team', /bare word[^]*docker\.io\/myorg\/team/],
    ['localhost', /bare word[^]*localhost:5000/],
  ])('refuses %s', (text, message) => {
    expect(refusal(() => parseRegistry(text)).message).toMatch(message);
  });

  it.each(HOSTILE)('refuses %j as host and as prefix', (text) => {
    refusal(() => parseRegistry(text));
    refusal(() => parseRegistry(`registry.example.com/${text}`));
  });

  it('reads back any host and prefix that are put together', () => {
    const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
    const part = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/);
    fc.assert(
      fc.property(
        fc.array(label, { minLength: 2, maxLength: 4 }),
        fc.option(fc.integer({ min: 1, max: 65535 })),
        fc.array(part, { maxLength: 4 }),
        (labels, port, parts) => {
          const host = labels.join('.') + (port === null ? '' : `:${port}`);
          const prefix = parts.join('/');
          const text = prefix === '' ? host : `${host}/${prefix}`;
          expect(parseRegistry(text)).toEqual({ host, prefix });
        },
      ),
    );
  });

  it('answers any text at all with a registry or with our error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        try {
          const { host, prefix } = parseRegistry(text);
          expect(prefix === '' ? host : `${host}/${prefix}`).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProxyWasmError);
        }
      }),
    );
  });
});

describe('checkRepository', () => {
  it.each(['a', 'basic-auth', 'plugins/basic-auth', 'a/b/c', 'a.b', 'a_b', 'a__b', 'a---b', '0'])(
    'accepts %s',
    (text) => {
      expect(() => {
        checkRepository(text);
      }).not.toThrow();
    },
  );

  it.each([...HOSTILE, 'A', 'a/', '/a', 'a..b', 'a___b', 'a-', '.a', 'a:b', 'a@b', 'a+b'])(
    'refuses %j',
    (text) => {
      const { message } = refusal(() => {
        checkRepository(text);
      });
      expect(message).toContain('plugins/basic-auth');
    },
  );

  it('refuses what is longer than clients accept, in bounded time and text', () => {
    checkRepository('a'.repeat(255));
    for (const text of ['a'.repeat(256), 'a-'.repeat(200_000), `${'a/'.repeat(200_000)}!`]) {
      refusal(() => {
        checkRepository(text);
      });
    }
  });
});

describe('checkTag', () => {
  it.each(['1.0.0', 'latest', 'dev', '_x', '1.0.0-rc.1', 'A', 'a'.repeat(128)])(
    'accepts %s',
    (text) => {
      expect(() => {
        checkTag(text);
      }).not.toThrow();
    },
  );

  it.each([...HOSTILE, '.a', '-a', 'a:b', 'a/b', 'a@b', 'a'.repeat(129), 'a'.repeat(200)])(
    'refuses %j',
    (text) => {
      const { message } = refusal(() => {
        checkTag(text);
      });
      expect(message).toContain('1 to 128');
      expect(message).toContain('for example 1.0.0');
    },
  );

  it.each([
    ['1.0.0+build.1', '1.0.0'],
    ['1.0.0-rc.1+5', '1.0.0-rc.1'],
    ['+5', '1.0.0'],
  ])('says why %s is refused and what to write', (text, instead) => {
    const { message } = refusal(() => {
      checkTag(text);
    });
    expect(message).toContain('build metadata');
    expect(message).toContain(`for example ${instead}.`);
  });
});

describe('formatReference', () => {
  const at = { host: 'registry.example.com:5000', repository: 'plugins/basic-auth' };

  it('puts a colon before a tag and an at sign before a digest', () => {
    expect(formatReference({ ...at, version: '1.0.0' })).toBe(
      'registry.example.com:5000/plugins/basic-auth:1.0.0',
    );
    expect(formatReference({ ...at, version: `sha256:${'0'.repeat(64)}` })).toBe(
      `registry.example.com:5000/plugins/basic-auth@sha256:${'0'.repeat(64)}`,
    );
  });
});
