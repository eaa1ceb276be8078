import { invariant } from '../core/errors.ts';
import {
  FIELDS,
  FIELDS_END,
  FIELDS_START,
  FLAGS,
  FLOATS,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  type RecordTable,
  SLOTS,
  SOURCE_OFFSET,
} from '../core/record-table.ts';
import type { Region } from '../core/region.ts';
import type { ShapeCounts, Shaper } from '../core/treatment.ts';
import type { Draft } from './draft.ts';
import { NO_LEVEL } from './level.ts';
import type { RecordRedactor } from './record-redactor.ts';
import { redactedBytes } from './redaction.ts';
import type { Step } from './step.ts';

/** What a shaper writes its fields to before it knows whether they fit. */
export interface ShaperTools {
  readonly draft: Draft;
  readonly fieldBytes: Buffer;
  /** The most that the fields of a message of so many bytes may take. */
  readonly fieldsLimit: (messageBytes: number) => number;
}

/** Does the steps of one kind of stream to each record, and then hides secrets. */
export class RecordShaper implements Shaper {
  readonly #steps: readonly Step[];
  readonly #redactor: RecordRedactor | undefined;
  readonly #tools: ShaperTools;
  /** A message of this batch was laid anew: those that lie in the arena behind it have to follow. */
  #hasMoved = false;

  constructor(steps: readonly Step[], redactor: RecordRedactor | undefined, tools: ShaperTools) {
    this.#steps = steps;
    this.#redactor = redactor;
    this.#tools = tools;
  }

  shape(region: Region, table: RecordTable, counts: ShapeCounts): void {
    const { ints, floats } = table;
    const { draft } = this.#tools;
    const { rows } = table;
    let kept = 0;
    this.#hasMoved = false;
    for (let row = 0; row < rows; row++) {
      const slot = row * SLOTS;
      const start = ints[slot + MESSAGE_START] ?? 0;
      const end = ints[slot + MESSAGE_END] ?? 0;
      const flags = ints[slot + FLAGS] ?? 0;
      draft.begin(region.bytes, start, end, flags, floats[row * FLOATS + SOURCE_OFFSET] ?? 0);
      if (!this.#steps.every((step) => step(draft))) {
        counts.droppedRecords++;
        counts.droppedBytes += end - start;
        table.messageBytes -= end - start;
        if ((flags & JOINED) !== 0) table.joinedRows--;
        continue;
      }
      if (kept !== row) {
        ints.copyWithin(kept * SLOTS, slot, slot + SLOTS);
        floats.copyWithin(kept * FLOATS, row * FLOATS, (row + 1) * FLOATS);
      }
      this.#lay(region, table, kept * SLOTS);
      kept++;
    }
    table.rows = kept;
  }

  /** Writes the record into the arena as far as it is another than it was. */
  #lay(region: Region, table: RecordTable, slot: number): void {
    const { draft, fieldBytes } = this.#tools;
    this.#redactor?.begin(draft);
    const fieldsEnd = this.#writeFields();
    const messageEnd = this.#writeMessage(region);
    const { ints } = table;
    if (messageEnd >= 0) {
      if ((draft.flags & JOINED) === 0) table.joinedRows++;
      table.messageBytes += messageEnd - region.arenaUsed - (draft.end - draft.start);
      draft.flags |= JOINED;
      ints[slot + MESSAGE_START] = region.arenaUsed;
      ints[slot + MESSAGE_END] = messageEnd;
      region.arenaUsed = messageEnd;
      this.#hasMoved = true;
    }
    if (fieldsEnd > 0) {
      invariant(region.arenaFree >= fieldsEnd, 'the arena has room for the fields of all records');
      region.bytes.set(fieldBytes.subarray(0, fieldsEnd), region.arenaUsed);
      ints[slot + FIELDS_START] = region.arenaUsed;
      region.arenaUsed += fieldsEnd;
      ints[slot + FIELDS_END] = region.arenaUsed;
      draft.flags |= FIELDS;
      table.fieldsBytes += fieldsEnd;
    }
    ints[slot + FLAGS] = draft.flags;
  }

  /** @returns how many bytes of fields there are */
  #writeFields(): number {
    const { draft, fieldBytes, fieldsLimit } = this.#tools;
    const { fields } = draft;
    const level = draft.addsLevel ? draft.level() : NO_LEVEL;
    if (level === NO_LEVEL && fields.count === 0) return 0;
    const limit = fieldsLimit(draft.end - draft.start);
    if (fields.lifted > 0) {
      const end =
        this.#redactor === undefined || this.#redactor.redactFields(draft)
          ? fields.write(fieldBytes, limit, level, draft)
          : -1;
      if (end >= 0) return end;
      draft.unlift();
    }
    const end = fields.write(fieldBytes, limit, level, draft);
    invariant(end >= 0, 'fields of the configuration fit');
    return end;
  }

  /** @returns where the message ends that was written at the arena's first free byte, or -1 if it stays where it is */
  #writeMessage(region: Region): number {
    const { draft } = this.#tools;
    const { textBytes, textStart, textEnd } = draft;
    if (this.#redactor !== undefined) {
      invariant(
        region.arenaFree >= redactedBytes(textEnd - textStart),
        'the arena has room for the messages of all records',
      );
      const end = this.#redactor.redactMessage(draft, region.bytes, region.arenaUsed);
      if (end >= 0) return end;
    }
    if (!draft.hasChangedText && (!this.#hasMoved || (draft.flags & JOINED) === 0)) return -1;
    invariant(region.arenaFree >= textEnd - textStart, 'the arena has room for the messages of all records');
    region.bytes.set(textBytes.subarray(textStart, textEnd), region.arenaUsed);
    return region.arenaUsed + textEnd - textStart;
  }
}
