import {
  type AbiVersion,
  type FunctionTable,
  HOST_PROFILES,
  type HostProfile,
  typesOf,
  WASI_MODULES,
} from './host-profile';
import { type FunctionType, type Import, type WasmModule } from './module';
import { type Problem, sameType, typeWords } from './problem';

const MISSING = 'Failed to load Wasm module due to a missing import: ';
const MISMATCH = 'Failed to load Wasm module due to an import type mismatch: ';

/**
 * Judges what a module imports: the gateway has to provide each function, with exactly the type that the
 * module expects. The gateway names the first one that is missing; here all are found, each once.
 * @param abi the version that the module says it was made for; without it, functions of all versions count
 * @see proxy-wasm/proxy-wasm-cpp-host at 52a0291, src/v8/v8.cc, V8::link
 */
export function importProblems(
  module: WasmModule,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Problem[] {
  // Go's linker writes the same import several times.
  const distinct = new Map<string, Import>();
  for (const entry of module.imports) {
    const type = entry.type === undefined ? entry.kind : typeWords(entry.type);
    distinct.set(JSON.stringify([entry.module, entry.name, type]), entry);
  }
  return [...distinct.values()].flatMap((entry) => judgeImport(entry, profile, abi) ?? []);
}

function judgeImport(
  entry: Import,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Problem | undefined {
  const { module, name, type } = entry;
  const subject = `${module}.${name}`;
  if (type === undefined) return wrongKind(entry, subject);
  const provided = typesOf(tablesOf(profile, module, abi), name);
  if (provided.some((one) => sameType(one, type))) return undefined;
  const [first] = provided;
  return first === undefined
    ? unknownImport(entry, subject, profile, abi)
    : wrongType(subject, type, first, profile);
}

function tablesOf(
  profile: HostProfile,
  module: string,
  abi: AbiVersion | undefined,
): FunctionTable[] {
  if (WASI_MODULES.includes(module)) return [profile.wasi];
  if (module !== 'env') return [];
  const specific = Object.entries(profile.byAbi)
    .filter(([version]) => abi === undefined || version === abi)
    .map(([, functions]) => functions.hostFunctions);
  return [profile.hostFunctions, ...specific];
}

function wrongKind(entry: Import, subject: string): Problem {
  return {
    rule: 'import-kind',
    subject,
    // For memories and tables the engine makes one up, for tags it has no rule.
    ...(entry.kind === 'global' ? { hostSays: `${MISSING}${subject}` } : {}),
    cause: `the module imports a ${entry.kind}; a gateway provides functions only`,
    remedy: `Let the module define its own ${entry.kind}; Go modules never import one.`,
  };
}

function wrongType(
  subject: string,
  want: FunctionType,
  provided: FunctionType,
  profile: HostProfile,
): Problem {
  return {
    rule: 'import-type',
    subject,
    hostSays: `${MISMATCH}${subject}, want: ${typeWords(want)}, but host exports: ${typeWords(provided)}`,
    cause: `${profile.title} has this function with another type`,
    remedy:
      'Declare it in //go:wasmimport as the gateway does; if the Go standard library imports it, this gateway cannot serve it: leave out the call that needs it.',
  };
}

function unknownImport(
  entry: Import,
  subject: string,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Problem {
  return {
    rule: 'unknown-import',
    subject,
    hostSays: `${MISSING}${subject}`,
    ...explainUnknown(entry, profile, abi),
  };
}

function explainUnknown(
  { module, name }: Import,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Pick<Problem, 'cause' | 'remedy'> {
  if (typesOf(tablesOf(profile, module, undefined), name).length > 0) {
    return {
      cause: `${profile.title} has this function, but not for modules of ABI ${abi ?? 'unknown'}`,
      remedy: 'Use an SDK whose ABI version has the function, or leave out the call.',
    };
  }
  const other = Object.values(HOST_PROFILES).find(
    (one) => typesOf(tablesOf(one, module, undefined), name).length > 0,
  );
  if (other !== undefined) {
    return {
      cause: `only ${other.title} has this function, ${profile.title} does not`,
      remedy: `Leave out the call, or run the plugin on ${other.title} (profile ${other.id}).`,
    };
  }
  if (module === 'gojs' || module === 'go') {
    return {
      cause: 'the module was built for JavaScript hosts',
      remedy: 'Build with GOOS=wasip1 GOARCH=wasm, not GOOS=js.',
    };
  }
  if (WASI_MODULES.includes(module)) {
    return {
      cause: `${profile.title} has no such WASI function`,
      remedy:
        'Leave out the standard library call that needs it: gateways give plugins no files, sockets or signals.',
    };
  }
  return {
    cause: `${profile.title} has no such function`,
    remedy: 'Check the name in //go:wasmimport, or use an SDK that is made for this gateway.',
  };
}
