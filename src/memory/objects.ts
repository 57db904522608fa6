import { createHash } from "node:crypto";
import { assert } from "../base/assert.ts";
import type { GitObject, Objects } from "../app/ports.ts";
import type { Oid } from "../protocol/ids.ts";

/** A store in memory, over a map that the history and the remote of the same clone read too. */
export function memoryObjects(objects: Map<Oid, GitObject> = new Map()): Objects {
  return {
    name: nameOf,
    async read(oid) {
      return objects.get(oid);
    },
    async write(written) {
      for (const object of written) {
        assert(
          nameOf(object.type, object.bytes) === object.oid,
          `object ${object.oid} has other content`,
        );
        if (objects.has(object.oid)) continue;
        // The caller may use its buffer again; a file would hold a copy as well.
        objects.set(object.oid, { ...object, bytes: new Uint8Array(object.bytes) });
      }
    },
    async close() {},
  };
}

function nameOf(type: GitObject["type"], bytes: Uint8Array): Oid {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex") as Oid;
}
