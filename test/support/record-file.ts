import { defined } from "../../src/base/assert.ts";
import { encodeBody, type WireFields } from "../../src/protocol/encode.ts";
import type { PublicKey } from "../../src/protocol/ids.ts";
import { kindNamed } from "../../src/protocol/kinds/index.ts";
import { joinRecord } from "../../src/protocol/record.ts";
import type { SignatureFact } from "../../src/protocol/signature.ts";
import type { Files } from "./world-files.ts";

export interface RecordOptions {
  readonly kind: string;
  readonly fields: WireFields;
  /** The agent whose key signs, where no signers are named. */
  readonly by?: string;
  /** Where the file lies, if not where its kind says. */
  readonly path?: string;
  /** The whole body, in place of fields. */
  readonly text?: string;
  readonly signers?: readonly PublicKey[];
  readonly namespace?: string;
  readonly valid?: boolean;
  /** Signs in the order given, not in order of key. */
  readonly unsorted?: boolean;
}

type Written = Partial<RecordOptions> & {
  readonly signers: readonly PublicKey[];
  readonly namespace: string;
};

/** A record file with presumed signatures: the armor is well formed and says nothing. */
export function recordFile(options: Written): Files {
  const { kind = "", fields = {}, signers, namespace, valid = true } = options;
  const path = options.path ?? pathOf(kind, fields);
  const text = options.text ?? encodeBody(kind, path, fields);
  const ordered = options.unsorted === true ? signers : signers.toSorted();
  const signatures: SignatureFact[] = ordered.map((key) => ({ key, namespace, valid }));
  return { [path]: { bytes: joinRecord(text, ordered.map(presumedArmor)), signatures } };
}

/** Where the kind wants the record of these fields. */
function pathOf(kind: string, fields: WireFields): string {
  const definition = defined(kindNamed(kind), `the kind ${kind}`).kind;
  return definition.path(fields as unknown as Parameters<typeof definition.path>[0]);
}

function presumedArmor(key: PublicKey): string {
  return `-----BEGIN SSH SIGNATURE-----\n${key.split(" ")[1] ?? ""}\n-----END SSH SIGNATURE-----\n`;
}
