import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** Fields cut by position, which is quicker than a parser; a large queue; a buffered asynchronous file. */
export const RSYSLOG: Peer = {
  program: 'rsyslogd',
  note: 'does not join partial lines; the file name in the place of Kubernetes fields',
  prepare: ({ directory, pods, output }) => {
    const file = join(directory, 'rsyslog.conf');
    writeFileSync(
      file,
      `global(workDirectory="${directory}" maxMessageSize="64k")
main_queue(queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="4096")
module(load="imfile" mode="inotify")
template(name="json" type="list" option.jsonf="on") {
  property(outname="time" name="msg" position.from="1" position.to="30" format="jsonf")
  property(outname="stream" name="msg" position.from="32" position.to="37" format="jsonf")
  property(outname="log" name="msg" position.from="41" position.to="65536" format="jsonf")
  property(outname="file" name="$!metadata!filename" format="jsonf")
}
input(type="imfile" file="${pods}/*/*/*.log" tag="cri" addMetadata="on" freshStartTail="off" ruleset="cri")
ruleset(name="cri" queue.type="LinkedList" queue.size="200000" queue.dequeueBatchSize="4096") {
  action(type="omfile" file="${output}" template="json" asyncWriting="on" ioBufferSize="256k" flushOnTXEnd="off")
}
`,
    );
    return ['-n', '-i', join(directory, 'pid'), '-f', file];
  },
};
