import fastGlob from 'fast-glob';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from './testing/workspace';

interface SchemaProperty {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly items?: SchemaProperty;
  readonly description?: string;
}

interface Schema {
  readonly properties: Readonly<Record<string, SchemaProperty>>;
  /** Types and words of options, where editors look for them and Nx does not (see option-check.ts). */
  readonly allOf?: readonly {
    readonly properties: Readonly<Record<string, Partial<SchemaProperty>>>;
  }[];
  readonly additionalProperties?: boolean;
  readonly unevaluatedProperties?: boolean;
  readonly description?: string;
}

const source = join(REPOSITORY, 'packages', 'nx-proxy-wasm');
const schemas = fastGlob.sync('src/{executors,generators}/*/schema.json', { cwd: source });

/** A schema property in the notation of the options type. */
function typeOfProperty(property: SchemaProperty): string {
  if (property.enum !== undefined) return [...property.enum].sort().join(' | ');
  if (property.type === 'array') return `${typeOfProperty(property.items ?? { type: 'any' })}[]`;
  return property.type;
}

/** The members of the one interface that an options.ts exports, in the same notation. */
function typesOfOptions(file: string): Record<string, string> {
  const configFile = ts.readConfigFile(join(REPOSITORY, 'tsconfig.base.json'), (path) =>
    readFileSync(path, 'utf8'),
  );
  const { options } = ts.parseJsonConfigFileContent(configFile.config, ts.sys, REPOSITORY);
  const program = ts.createProgram([file], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const sourceFile = program.getSourceFile(file)!;
  const declaration = sourceFile.statements.find(ts.isInterfaceDeclaration)!;
  return Object.fromEntries(
    checker
      .getTypeAtLocation(declaration)
      .getProperties()
      .map((member) => {
        const type = checker.getNonNullableType(checker.getTypeOfSymbol(member));
        return [member.name, typeText(checker, type)];
      }),
  );
}

function typeText(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.isUnion() && type.types.every((member) => member.isStringLiteral())) {
    return type.types
      .map((member) => member.value)
      .sort()
      .join(' | ');
  }
  if (checker.isArrayType(type)) {
    return `${typeText(checker, checker.getTypeArguments(type as ts.TypeReference)[0]!)}[]`;
  }
  return checker.typeToString(type);
}

describe.each(schemas)('%s', (path) => {
  const schema = JSON.parse(readFileSync(join(source, path), 'utf8')) as Schema;
  const options = join(source, dirname(path), 'options.ts');

  it('has the same options, of the same types, as the type the code uses', () => {
    const declared = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [
        name,
        typeOfProperty({ ...property, ...schema.allOf?.[0]?.properties[name] }),
      ]),
    );
    expect(declared).toEqual(existsSync(options) ? typesOfOptions(options) : {});
  });

  it('describes itself and every option, and refuses unknown ones', () => {
    expect(schema.description).toMatch(/\.$/);
    expect(schema.additionalProperties ?? schema.unevaluatedProperties).toBe(false);
    for (const [name, { description }] of Object.entries(schema.properties)) {
      expect(description, name).toMatch(/\.$/);
    }
  });

  it('has no option called version, which the nx command line keeps for itself', () => {
    expect(Object.keys(schema.properties)).not.toContain('version');
  });

  it('has a page that names every option', () => {
    const page = readFileSync(
      join(source, 'docs', `${dirname(path).split('/').at(-1)!}.md`),
      'utf8',
    );
    for (const name of Object.keys(schema.properties)) expect(page).toContain(`\`${name}\``);
  });
});

it('finds the schemas', () => {
  expect(schemas.length).toBeGreaterThanOrEqual(5);
});
