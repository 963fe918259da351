import { type AbiVersion, HOST_PROFILES, type HostProfile } from './host-profile';
import { type WasmModule } from './module';
import { type Problem } from './problem';

const HOST_SAYS = 'Missing or unknown Proxy-Wasm ABI version';

/** Which ABI version a gateway takes a module for, with what is wrong about how the module says so. */
export interface AbiAnswer {
  readonly abi?: AbiVersion;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Finds the ABI version as the gateway does: by the first exported function, in file order, whose name is a
 * marker that the gateway knows. Its type does not matter, it is never called.
 * @see proxy-wasm/proxy-wasm-cpp-host at 52a0291, src/bytecode_util.cc, getAbiVersion
 */
export function abiVersion(module: WasmModule, profile: HostProfile): AbiAnswer {
  const markers = module.exports
    .filter(({ name, kind }) => kind === 'function' && name.startsWith('proxy_abi_version_'))
    .map(({ name }) => name);
  const taken = markers.find((marker) => versionOf(marker, profile) !== undefined);
  if (taken === undefined) return { problems: [noKnownMarker(markers, profile)], warnings: [] };

  const abi = versionOf(taken, profile);
  return {
    ...(abi === undefined ? {} : { abi }),
    problems: [],
    warnings: markers.length === 1 ? [] : [severalMarkers(markers, taken, profile)],
  };
}

function versionOf(marker: string, profile: HostProfile): AbiVersion | undefined {
  return Object.hasOwn(profile.abiMarkers, marker) ? profile.abiMarkers[marker] : undefined;
}

function noKnownMarker(markers: readonly string[], profile: HostProfile): Problem {
  const known = Object.keys(profile.abiMarkers).join(', ');
  const [marker] = markers;
  if (marker === undefined) {
    return {
      rule: 'abi-marker',
      subject: 'proxy_abi_version_*',
      hostSays: HOST_SAYS,
      cause: `the module exports no ABI marker; ${profile.title} looks for one of ${known}`,
      remedy: 'Import a proxy-wasm SDK in package main: it exports the marker and the callbacks.',
    };
  }
  const other = Object.values(HOST_PROFILES).find((one) =>
    markers.some((name) => versionOf(name, one) !== undefined),
  );
  return {
    rule: 'abi-marker',
    subject: marker,
    hostSays: HOST_SAYS,
    ...(other === undefined
      ? {
          cause: `${profile.title} does not know this ABI version; it looks for one of ${known}`,
          remedy: 'Use an SDK release that is made for this gateway.',
        }
      : {
          cause: `only ${other.title} knows this marker, so its SDK's modules do not run on ${profile.title}`,
          remedy: `Build with github.com/proxy-wasm/proxy-wasm-go-sdk for ${profile.title}, or set the profile "${other.id}" if the plugin is for ${other.title}.`,
        }),
  };
}

function severalMarkers(markers: readonly string[], taken: string, profile: HostProfile): Problem {
  return {
    rule: 'abi-marker',
    subject: markers.join(', '),
    cause: `the module exports ${markers.length} ABI markers; ${profile.title} takes the first that it knows, ${taken}`,
    remedy: 'Link one SDK only: gateways may take different markers for the same module.',
  };
}
