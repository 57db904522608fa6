/** Shares from 0 to 1 are whole thousandths: what two machines compare has no binary fraction. */
export const WHOLE_SHARE = 1_000;

const SHARE = /^(0|1|0?\.[0-9]{1,3}|1\.0{1,3})$/;

/** Thousandths of a share such as `0.4`; undefined for what is none. */
export function parseShare(text: string): number | undefined {
  return SHARE.test(text) ? Math.round(Number(text) * WHOLE_SHARE) : undefined;
}

/** The spelling that `parseShare` reads. */
export function formatShare(thousandths: number): string {
  return String(thousandths / WHOLE_SHARE);
}
