import {
  type AbiVersion,
  type FunctionTable,
  type HostProfile,
  LIFECYCLE_CALLBACKS,
  typesOf,
} from './host-profile';
import { type Export, type FunctionType, type WasmModule } from './module';
import { type Problem, type Rule, sameType, typeWords } from './problem';

const NO_ARGUMENTS: FunctionType = { params: [], results: [] };
const ALLOCATOR: FunctionType = { params: ['i32'], results: ['i32'] };
const C_SHARED =
  'Build with GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared: that makes a reactor, which exports _initialize.';

/** Functions that a module exports, by name. */
type Functions = ReadonlyMap<string, FunctionType>;

/**
 * Judges what a gateway looks up in a module: entry point, memory, allocator and callbacks.
 * @param abi the version that the module says it was made for; without it, callbacks of all versions count
 * @see proxy-wasm/proxy-wasm-cpp-host at 52a0291, src/wasm.cc, WasmBase::getFunctions and startVm
 */
export function exportProblems(
  module: WasmModule,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Problem[] {
  const functions = functionsOf(module);
  return [
    ...memoryProblems(module, profile),
    ...entryProblems(functions, profile),
    ...allocatorProblems(functions),
    ...[...functions].flatMap(([name, type]) =>
      signatureProblem('callback-type', name, type, typesOf(callbackTables(profile, abi), name)),
    ),
  ];
}

/** What a gateway accepts although it is hardly meant: entry points beside the one used, nothing to call. */
export function exportWarnings(
  module: WasmModule,
  profile: HostProfile,
  abi: AbiVersion | undefined,
): Problem[] {
  const functions = functionsOf(module);
  const warnings: Problem[] = [];
  if (functions.has('_initialize') && functions.has('_start')) {
    warnings.push({
      rule: 'entry-point',
      subject: '_start',
      cause: 'the module exports _initialize too; the gateway calls that one and never _start',
      remedy: 'Build with one entry point: WASI allows either a command or a reactor.',
    });
  }
  if (module.startFunction !== undefined) {
    warnings.push({
      rule: 'start-section',
      subject: `function ${module.startFunction}`,
      cause: 'the module has a start section; it runs before the gateway can serve any call',
      remedy: 'Move that code to _initialize; Go modules have no start section.',
    });
  }
  const callable = [...functions.keys()].filter(
    (name) => typesOf(callbackTables(profile, abi), name).length > 0,
  );
  const prepared = functions.has('proxy_on_vm_start') || functions.has('proxy_on_configure');
  if (!prepared || callable.every((name) => LIFECYCLE_CALLBACKS.has(name))) {
    warnings.push({
      rule: 'no-callbacks',
      subject: prepared ? 'stream callbacks' : 'proxy_on_vm_start, proxy_on_configure',
      cause: 'the module exports none of them: it loads but does nothing',
      remedy: 'Import the SDK and set its contexts in func init(); func main() is not called.',
    });
  }
  return warnings;
}

function functionsOf(module: WasmModule): Functions {
  const typed = (entry: Export): [string, FunctionType][] =>
    entry.type === undefined ? [] : [[entry.name, entry.type]];
  return new Map(module.exports.flatMap(typed));
}

function callbackTables(profile: HostProfile, abi: AbiVersion | undefined): FunctionTable[] {
  const specific = Object.entries(profile.byAbi)
    .filter(([version]) => abi === undefined || version === abi)
    .map(([, functions]) => functions.callbacks);
  return [profile.callbacks, ...specific];
}

function memoryProblems(module: WasmModule, profile: HostProfile): Problem[] {
  const problems: Problem[] = [];
  const large = module.memories.find((one) => one.initialPages > profile.maxMemoryPages);
  if (large !== undefined) {
    problems.push({
      rule: 'memory-limit',
      subject: `${large.initialPages} pages of memory`,
      hostSays: 'Failed to create new Wasm instance',
      cause: `the module starts with that many pages of 64 KiB; the gateway grants ${profile.maxMemoryPages}`,
      remedy: 'Embed less data and make large tables at run time.',
    });
  }
  if (!module.exports.some(({ name, kind }) => name === 'memory' && kind === 'memory')) {
    problems.push({
      rule: 'memory-export',
      subject: 'memory',
      cause: 'the module exports no memory of this name; headers and bodies are passed through it',
      remedy: C_SHARED,
    });
  }
  return problems;
}

function entryProblems(functions: Functions, profile: HostProfile): Problem[] {
  const initialize = functions.get('_initialize');
  if (initialize !== undefined) {
    return [
      ...signatureProblem('entry-point', '_initialize', initialize, [NO_ARGUMENTS]),
      ...[...functions].flatMap(([name, type]) =>
        signatureProblem('entry-point', name, type, typesOf([profile.mainFunctions], name)),
      ),
    ];
  }
  if (functions.has('_start')) {
    return [
      {
        rule: 'entry-point',
        subject: '_start',
        hostSays: 'Function: _start failed: Uncaught Error: restricted_callback',
        cause:
          'the module is a command (it exports _start, not _initialize), a program that runs once and ends',
        remedy: C_SHARED,
      },
    ];
  }
  return [
    {
      rule: 'entry-point',
      subject: '_initialize',
      hostSays: 'wasm log: runtime: wasmexport function called before runtime initialization',
      cause: 'the module exports neither _initialize nor _start, so its runtime is never started',
      remedy: C_SHARED,
    },
  ];
}

function allocatorProblems(functions: Functions): Problem[] {
  const problems: Problem[] = [];
  for (const name of ['malloc', 'proxy_on_memory_allocate']) {
    const type = functions.get(name);
    if (type === undefined) continue;
    problems.push(...signatureProblem('allocator', name, type, [ALLOCATOR]));
    // The second is looked up only if the first is not usable.
    if (problems.length === 0) return [];
  }
  if (problems.length > 0) return problems;
  return [
    {
      rule: 'allocator',
      subject: 'proxy_on_memory_allocate',
      hostSays: 'Wasm module is missing malloc function.',
      cause:
        'the module exports neither malloc nor proxy_on_memory_allocate, with which the gateway passes data',
      remedy: 'Import a proxy-wasm SDK in package main: it exports the allocator.',
    },
  ];
}

/** A problem if `type` is none of the types that the gateway calls `name` with; none if it never calls it. */
function signatureProblem(
  rule: Rule,
  name: string,
  type: FunctionType,
  called: readonly FunctionType[],
): Problem[] {
  const [want] = called;
  if (want === undefined || called.some((one) => sameType(one, type))) return [];
  return [
    {
      rule,
      subject: name,
      hostSays: `Bad function signature for: ${name}, want: ${typeWords(want)}, but the module exports: ${typeWords(type)}`,
      cause: 'the gateway calls this function with another type',
      remedy:
        'Use an SDK that fits the ABI marker of the module, or correct the //go:wasmexport declaration.',
    },
  ];
}
