import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A network plugin for pods that want a network of their own: it brings up the loopback and nothing else, so such a pod reaches
 * nobody, and who wants to reach it enters its network space. The runtime is told an address of a block that is for documents.
 */
export function makePodNetwork(directory: string): void {
  mkdirSync(directory);
  for (const plugin of ['loopback', 'alone']) {
    writeFileSync(join(directory, plugin), PLUGIN, { mode: 0o755 });
  }
  writeFileSync(
    join(directory, '10-alone.conflist'),
    JSON.stringify({ cniVersion: '0.4.0', name: 'alone', plugins: [{ type: 'alone' }] }),
  );
}

const PLUGIN = `#!/bin/sh
cat >/dev/null
case "$CNI_COMMAND" in
  ADD)
    busybox nsenter --net="$CNI_NETNS" busybox ifconfig lo 127.0.0.1 up
    echo '{"cniVersion":"0.4.0","interfaces":[{"name":"'"$CNI_IFNAME"'","sandbox":"'"$CNI_NETNS"'"}],'
    echo '"ips":[{"version":"4","interface":0,"address":"192.0.2.7/32"}]}'
    ;;
  VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}' ;;
esac
`;
