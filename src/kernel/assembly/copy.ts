/** 64 bytes at a time, up to 63 more than asked: 250 bytes take 16 loads and 16 stores; memory.copy would call C. */
export function copyBlocks(source: usize, target: usize, bytes: usize): void {
  for (let index: usize = 0; index < bytes; index += 64) {
    const from = source + index;
    const to = target + index;
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
  }
}
