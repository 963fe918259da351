/** Offsets in a well-formed module at which its header and each of its sections end. */
export function sectionEnds(bytes: Uint8Array): number[] {
  const ends = [8];
  for (let at = 8; at < bytes.length;) {
    let length = 0;
    let shift = 0;
    at += 1;
    for (let more = true; more; shift += 7) {
      length += (bytes[at]! & 0x7f) * 2 ** shift;
      more = bytes[at]! >= 0x80;
      at += 1;
    }
    at += length;
    ends.push(at);
  }
  return ends;
}
