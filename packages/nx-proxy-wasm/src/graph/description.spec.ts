import { describe, expect, it } from 'vitest';
import { describePlugin } from './description';

describe('describePlugin', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    [
      'the description of spec.yaml',
      'info: {title: T, description: Asks for a password}',
      '# R',
      'Asks for a password',
    ],
    ['its title', 'info: {title: Basic Auth}', '# R\n\ntext', 'Basic Auth'],
    [
      'the first paragraph of README.md',
      undefined,
      '# Name\n\n[![b](x)](y)\n\nAdds\nheaders.\n\nMore.',
      'Adds headers.',
    ],
    [
      'README.md behind front matter',
      undefined,
      '---\ntitle: x\n---\n\n# Name\n\n功能说明。',
      '功能说明。',
    ],
    ['the heading of README.md', undefined, '# Basic Auth\n', 'Basic Auth'],
    ['README.md when spec.yaml is broken', 'info: "', '# Name', 'Name'],
    ['nothing', undefined, undefined, undefined],
    ['nothing of an empty README.md', undefined, '\n', undefined],
  ])('takes %s', (_, spec, readme, expected) => {
    expect(describePlugin(spec, readme)).toBe(expected);
  });

  it('keeps to a line', () => {
    expect(describePlugin(undefined, `# x\n\n${'word '.repeat(100)}`)).toHaveLength(200);
  });
});
